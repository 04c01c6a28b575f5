// SPDX-License-Identifier: MIT
// A pipe in memory: a write fills the other end's inbox, and the other end's driver delivers it.
#include <weft/stream/memory_pipe.hpp>

#include <algorithm>
#include <new>
#include <vector>

namespace weft {

std::pair<std::unique_ptr<memory_stream>, std::unique_ptr<memory_stream>>
memory_pipe(weft::driver& first, weft::driver& second, std::size_t capacity) {
    std::unique_ptr<memory_stream> a(new memory_stream(first, capacity));
    std::unique_ptr<memory_stream> b(new memory_stream(second, capacity));
    a->peer_ = b.get();
    b->peer_ = a.get();
    return {std::move(a), std::move(b)};
}

memory_stream::memory_stream(weft::driver& owner, std::size_t capacity)
    : stream(owner), capacity_(capacity),
      delivery_max_(capacity) {}

memory_stream::~memory_stream() {
    memory_stream::close();
}

std::size_t memory_stream::in_flight() const noexcept {
    return peer_ ? peer_->inbox_.size() : 0;
}

std::size_t memory_stream::input_pending() const noexcept {
    if (closed_ || eof_reported_) return 0;
    return inbox_.size() + (broken_ || peer_has_ended_ ? 1 : 0);
}

void memory_stream::start(stream_events& sink) noexcept {
    sink_ = &sink;
    wake();
}

void memory_stream::pause() noexcept {
    paused_ = true;
}

void memory_stream::resume() noexcept {
    paused_ = false;
    wake();
}

bool memory_stream::has_events() const noexcept {
    if (!sink_ || closed_) return false;
    if (broken_ || writable_) return true;
    return !paused_ && (!inbox_.empty() || (peer_has_ended_ && !eof_reported_));
}

void memory_stream::wake() noexcept {
    if (has_events()) driver().defer(*this);
}

result<std::size_t>
memory_stream::write(std::span<const std::span<const std::byte>> pieces) noexcept {
    if (closed_ || half_closed_ || !peer_) return fail(std::errc::broken_pipe);
    byte_queue& there = peer_->inbox_;
    std::size_t size = 0;
    for (const auto piece : pieces) size += piece.size();
    const std::size_t fits = std::min(size, capacity_ - std::min(capacity_, there.size()));
    std::byte* to = nullptr;
    try {
        to = there.extend(fits);
    } catch (const std::bad_alloc&) {
        return fail(std::errc::not_enough_memory);
    }
    std::size_t left = fits;
    for (const auto piece : pieces) {
        const std::size_t part = std::min(left, piece.size());
        to = std::copy_n(piece.begin(), part, to);
        left -= part;
    }
    if (fits < size) refused_ = true;
    peer_->wake();
    return fits;
}

/// Fails a write, which ends the stream.
failure memory_stream::fail(std::errc why) noexcept {
    close();
    return failure(std::make_error_code(why));
}

void memory_stream::half_close() noexcept {
    if (half_closed_ || !peer_) return;
    half_closed_ = true;
    peer_->peer_has_ended_ = true;
    peer_->wake();
}

void memory_stream::close() noexcept {
    closed_ = true;
    driver().cancel(*this);
    inbox_.clear();
    if (!peer_) return;
    memory_stream& other = *std::exchange(peer_, nullptr);
    other.peer_ = nullptr;
    other.peer_has_ended_ = true;
    if (std::exchange(other.refused_, false)) other.writable_ = true; // its next write then fails
    other.wake();
}

void memory_stream::reset() noexcept {
    if (peer_) {
        peer_->broken_ = true;
        peer_->inbox_.clear();
    }
    close();
}

void memory_stream::run() noexcept {
    if (!has_events()) return;
    if (broken_) {
        closed_ = true;
        return sink_->on_error(std::make_error_code(std::errc::connection_reset));
    }
    if (std::exchange(writable_, false)) {
        sink_->on_writable();
    } else if (!sink_->wants_bytes()) {
        paused_ = true; // until `resume`
        return;
    } else if (!inbox_.empty()) {
        deliver();
    } else {
        eof_reported_ = true;
        sink_->on_eof();
    }
    wake();
}

void memory_stream::deliver() {
    byte_queue& waiting = inbox_;
    const auto front = waiting.bytes().first(std::min(delivery_max_, waiting.size()));
    std::vector<std::byte> bytes; // a local copy, as a nested turn may deliver more
    try {
        bytes.assign(front.begin(), front.end());
    } catch (const std::bad_alloc&) {
        close();
        return sink_->on_error(std::make_error_code(std::errc::not_enough_memory));
    }
    waiting.consume(bytes.size());
    waiting.release_if_empty();
    if (peer_ && std::exchange(peer_->refused_, false)) {
        peer_->writable_ = true;
        peer_->wake();
    }
    sink_->on_receive(bytes);
}

} // namespace weft
