// SPDX-License-Identifier: MIT
// Delivers the caller's input in turns, and passes output to the write handler at once.
#include "stream/io_stream_state.hpp"

#include <algorithm>
#include <cassert>
#include <exception>
#include <new>
#include <utility>

namespace weft {

// --- input

std::size_t io_stream::state::room() const noexcept {
    if (closed_ || ended_ || error_) return 0;
    return io_stream_input_max - std::min(io_stream_input_max, inbox_.size());
}

void io_stream::state::feed(std::span<const std::byte> bytes) {
    if (closed_ || ended_ || error_) return;
    inbox_.append(bytes);
    wake();
}

void io_stream::state::eof() noexcept {
    ended_ = true;
    wake();
}

void io_stream::state::fatal_error(std::error_code why) noexcept {
    if (closed_) return;
    error_ = why ? why : std::make_error_code(std::errc::connection_reset);
    inbox_.clear();
    wake();
}

// --- turns

bool io_stream::state::input_waits() const noexcept {
    return !paused_ && !declined_ && (!inbox_.empty() || (ended_ && !eof_reported_));
}

bool io_stream::state::has_events() const noexcept {
    if (shutdown_waits_ && caller_) return true;
    return sink_ && (error_ || (blocked_ && can_write_) || input_waits());
}

void io_stream::state::wake() noexcept {
    if (has_events()) driver_.defer(*this);
}

void io_stream::state::run() noexcept {
    if (std::exchange(shutdown_waits_, false) && caller_) report_shutdown();
    if (sink_ && has_events()) deliver();
    wake();
}

void io_stream::state::deliver() noexcept {
    if (error_) {
        stream_events& sink = *sink_;
        close();
        sink.on_error(error_);
    } else if (blocked_ && can_write_) {
        blocked_ = false;
        sink_->on_writable();
    } else if (sink_->wants_bytes()) {
        deliver_input();
    } else {
        declined_ = true;
    }
}

void io_stream::state::deliver_input() {
    if (inbox_.empty()) {
        eof_reported_ = true;
        return sink_->on_eof();
    }
    byte_queue input = std::exchange(inbox_, {}); // local, as a nested turn may deliver more input
    sink_->on_receive(input.bytes());
}

void io_stream::state::report_shutdown() noexcept {
    if (shutdown_) driver_.call(*this, shutdown_);
}

// --- the connection

void io_stream::state::start(stream_events& sink) noexcept {
    sink_ = &sink;
    wake();
}

void io_stream::state::resume() noexcept {
    paused_ = declined_ = false;
    wake();
}

result<std::size_t>
io_stream::state::write(std::span<const std::span<const std::byte>> pieces) noexcept {
    if (closed_ || half_closed_ || !caller_ || error_) {
        close();
        return failure(std::make_error_code(std::errc::broken_pipe));
    }
    std::size_t size = 0;
    for (const auto piece : pieces) size += piece.size();
    can_write_ = false; // until `writable`, which the handler itself may call
    assert(!writing_ && "a write handler must not make a turn");
    writing_ = true;
    const auto taken = call_output(pieces);
    writing_ = false;
    if (!taken) {
        close();
        return taken;
    }
    blocked_ = *taken < size;
    wake();
    return std::min(*taken, size);
}

result<std::size_t> io_stream::state::call_output(
    std::span<const std::span<const std::byte>> pieces) noexcept {
    try {
        return output_(pieces);
    } catch (const std::bad_alloc&) {
        return failure(std::make_error_code(std::errc::not_enough_memory));
    } catch (...) {
        driver_.handler_threw(std::current_exception());
        return failure(std::make_error_code(std::errc::io_error));
    }
}

void io_stream::state::writable() noexcept {
    can_write_ = true;
    wake();
}

void io_stream::state::half_close() noexcept {
    if (std::exchange(half_closed_, true)) return;
    shutdown_waits_ = true;
    wake();
}

void io_stream::state::close() noexcept {
    if (std::exchange(closed_, true)) return;
    sink_ = nullptr;
    blocked_ = false;
    inbox_.clear();
    half_close();
}

// --- destruction of the two ends

void io_stream::state::caller_left() noexcept {
    ended_ = can_write_ = true; // waiting output is written again, which fails
    wake();
    leave(caller_);
}

void io_stream::state::connection_left() noexcept {
    close();
    leave(connection_);
}

void io_stream::state::leave(bool& side) noexcept {
    side = false;
    if (!caller_ && !connection_) driver_.retire(this);
}

} // namespace weft
