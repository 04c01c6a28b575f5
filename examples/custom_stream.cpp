// SPDX-License-Identifier: MIT
// The smallest complete custom stream: two ends that pass bytes to each other, with a server and a
// client that talk through them. docs/streams.md explains it line by line.
#include <weft/weft.hpp>

#include <algorithm>
#include <array>
#include <iostream>
#include <utility>

/// One end. It is a work_item so that the driver can call it later: a stream never reports events
/// from inside a call.
class wire final : public weft::stream, private weft::work_item {
public:
    explicit wire(weft::driver& owner) : stream(owner) {}
    ~wire() override { wire::close(); }

    static void join(wire& one, wire& other) {
        one.peer_ = &other;
        other.peer_ = &one;
    }

    void start(weft::stream_events& sink) noexcept override {
        sink_ = &sink;
        driver().defer(*this);
    }

    void pause() noexcept override { paused_ = true; }

    void resume() noexcept override {
        paused_ = false;
        driver().defer(*this);
    }

    weft::result<std::size_t>
    write(std::span<const std::span<const std::byte>> pieces) noexcept override {
        if (!peer_ || half_closed_) {
            close();
            return weft::failure(std::make_error_code(std::errc::broken_pipe));
        }
        std::size_t taken = 0;
        for (const auto piece : pieces) {
            const auto part = piece.first(std::min(piece.size(), peer_->room()));
            std::copy(part.begin(), part.end(), peer_->inbox_.data() + peer_->size_);
            peer_->size_ += part.size();
            taken += part.size();
            if (part.size() < piece.size()) blocked_ = true;
        }
        driver().defer(*peer_);
        return taken;
    }

    void half_close() noexcept override {
        half_closed_ = true;
        if (!peer_) return;
        peer_->peer_has_ended_ = true;
        driver().defer(*peer_);
    }

    void close() noexcept override {
        half_close();
        sink_ = nullptr;
        if (peer_) peer_->peer_ = nullptr;
        peer_ = nullptr;
    }

private:
    std::size_t room() const { return inbox_.size() - size_; }

    /// Reports one event, and defers itself again until no event is left.
    void run() noexcept override {
        if (!sink_) return;
        if (blocked_ && (!peer_ || peer_->room() != 0)) {
            blocked_ = false;
            sink_->on_writable();
        } else if (paused_ || end_reported_ || (size_ == 0 && !peer_has_ended_)) {
            return;
        } else if (!sink_->wants_bytes()) {
            paused_ = true;
            return;
        } else if (size_ != 0) {
            auto received = inbox_;
            const auto size = std::exchange(size_, 0);
            if (peer_) driver().defer(*peer_);
            sink_->on_receive(std::span(received).first(size));
        } else {
            end_reported_ = true;
            sink_->on_eof();
        }
        driver().defer(*this);
    }

    weft::stream_events* sink_ = nullptr;
    wire* peer_ = nullptr;
    std::array<std::byte, 4096> inbox_{};
    std::size_t size_ = 0; // bytes in the inbox
    bool paused_ = false;
    bool blocked_ = false; // the last write took only a part
    bool half_closed_ = false;
    bool peer_has_ended_ = false;
    bool end_reported_ = false;
};

int main() {
    weft::manual_driver driver;
    auto near = std::make_unique<wire>(driver);
    auto far = std::make_unique<wire>(driver);
    wire::join(*near, *far);

    weft::stream_endpoint server{driver};
    server.route("/echo", {
        .message = [](weft::connection& peer, weft::message m) { peer.send(m); },
    });
    server.serve(std::move(far));

    weft::stream_endpoint client{driver};
    client.connect(std::move(near), *weft::uri::parse("ws://wire/echo"),
                   {
                       .open = [](weft::connection& c) { c.send("through a stream of my own"); },
                       .message =
                           [](weft::connection& c, weft::message m) {
                               std::cout << m.text() << '\n';
                               c.close();
                           },
                   });
    driver.settle();
    return 0;
}
