// SPDX-License-Identifier: MIT
// Checks the rules of `stream_events` at each event.
#include "testing/stream_end.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace weft::testing {

void stream_complaints::add(std::string_view what) {
    if (known_.emplace(what).second) said_.emplace_back(what);
}

/// Owns the stream and is retired with it, as a connection is.
class stream_end::life final : public work_item, public stream_events {
public:
    life(stream_end& end, std::unique_ptr<stream> owned)
        : end_(end), owned_(std::move(owned)) {}

    [[nodiscard]] stream& checked() { return *owned_; }

private:
    bool wants_bytes() noexcept override {
        ++end_.asked;
        end_.agreed_ = end_.willing;
        return end_.willing;
    }

    void on_receive(std::span<std::byte> bytes) override {
        end_.rule(end_.agreed_, "on_receive was called without wants_bytes, or after it returned "
                                "false: call wants_bytes before each event");
        end_.rule(!end_.paused_, "on_receive was called while reading was paused");
        end_.rule(end_.eofs == 0, "on_receive was called after on_eof");
        end_.rule(!bytes.empty(), "on_receive was called with no bytes");
        end_.received.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        std::fill(bytes.begin(), bytes.end(), std::byte{0x55}); // the sink may overwrite them
        end_.handler(event_kind::bytes);
    }

    void on_eof() override {
        end_.rule(end_.agreed_, "on_eof was called without wants_bytes, or after it returned "
                                "false: call wants_bytes before each event");
        end_.rule(!end_.paused_, "on_eof was called while reading was paused");
        end_.rule(++end_.eofs == 1, "on_eof was called twice");
        end_.handler(event_kind::eof);
    }

    void on_writable() override {
        ++end_.writables;
        end_.rule(std::exchange(end_.blocked_, false),
                  "on_writable was called although the last write had accepted everything: call "
                  "it once after a write that accepted only a part");
        end_.handler(event_kind::writable);
        end_.send_some();
    }

    void on_error(std::error_code why) override {
        end_.rule(!!why, "on_error was called without an error");
        end_.error = why;
        end_.handler(event_kind::error);
        end_.over_ = true;
    }

    stream_end& end_;
    std::unique_ptr<stream> owned_;
};

stream_end::stream_end(std::unique_ptr<stream> checked, stream_complaints& complaints)
    : complaints_(complaints), life_(new life(*this, std::move(checked))) {}

stream_end::~stream_end() {
    destroy();
}

void stream_end::rule(bool kept, std::string_view otherwise) {
    if (!kept) complaints_.add(otherwise);
}

void stream_end::handler(event_kind what) {
    agreed_ = false;
    rule(!over_, "an event was reported after the stream was closed, destroyed or had failed");
    rule(calls_ == 0, "an event was reported inside a call to the stream: report it in a later "
                      "round of work (driver::defer)");
    rule(!life_ || life_->checked().driver().in_turn(),
         "an event was reported outside the driver's turns");
    if (on_reported) on_reported(what);
}

/// Calls into the stream; no event may be delivered from inside.
template <class Call>
void stream_end::call(Call&& make) {
    if (!life_) return;
    ++calls_;
    make(life_->checked());
    --calls_;
}

stream& stream_end::checked() {
    return life_->checked();
}

void stream_end::start() {
    call([&](stream& to) { to.start(*life_); });
}

void stream_end::pause() {
    paused_ = true;
    call([](stream& to) { to.pause(); });
}

void stream_end::resume() {
    paused_ = false;
    call([](stream& to) { to.resume(); });
}

void stream_end::half_close() {
    call([](stream& to) { to.half_close(); });
}

void stream_end::close() {
    over_ = true;
    call([](stream& to) { to.close(); });
}

void stream_end::destroy() {
    if (!life_) return;
    weft::driver& owner = life_->checked().driver();
    if (owner.in_turn()) close(); // it exists until the turn has ended
    over_ = true;
    owner.retire(std::exchange(life_, nullptr));
}

// --- writing

std::size_t stream_end::write(std::span<const std::span<const std::byte>> pieces) {
    std::size_t size = 0;
    for (const auto piece : pieces) size += piece.size();
    std::size_t count = 0;
    call([&](stream& to) {
        const auto taken = to.write(pieces);
        if (!taken) {
            rule(!!taken.error(), "write failed without an error");
            write_failed = over_ = true;
            return;
        }
        rule(!over_, "write accepted bytes after the stream was closed or had failed");
        rule(*taken <= size, "write accepted more bytes than it was given");
        count = std::min(*taken, size);
        blocked_ = count < size;
    });
    return count;
}

std::size_t stream_end::write(std::string_view text) {
    const std::array one{std::as_bytes(std::span(text.data(), text.size()))};
    return write(one);
}

void stream_end::send(std::string text) {
    outbox_ += text;
    send_some();
}

/// Writes up to three pieces at a time, one of them sometimes empty, as a connection does.
void stream_end::send_some() {
    while (!outbox_.empty() && usable() && !blocked_) {
        const auto all = std::as_bytes(std::span(outbox_));
        std::array<std::span<const std::byte>, 3> pieces;
        std::size_t at = 0;
        for (auto& piece : pieces) {
            const std::size_t wanted = (sent_pieces_++ * 7919) % 20'000;
            piece = all.subspan(at, std::min(wanted, all.size() - at));
            at += piece.size();
        }
        outbox_.erase(0, write(pieces));
    }
}

std::string varied_text(std::size_t size) {
    std::string text(size, '\0');
    std::uint32_t state = 1;
    for (char& one : text) {
        state = state * 1664525 + 1013904223;
        one = static_cast<char>(state >> 24);
    }
    return text;
}

} // namespace weft::testing
