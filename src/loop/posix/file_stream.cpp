// SPDX-License-Identifier: MIT
// Reads and writes a descriptor of any kind.
#include "loop/posix/file_stream.hpp"

#include <cerrno>
#include <utility>

#include <weft/core/error.hpp>

#include "loop/loop_state.hpp"
#include "loop/posix/quiet_write.hpp"
#include "loop/posix/system_calls.hpp"
#include "loop/system.hpp"

namespace weft {
file_stream::file_stream(loop_state& loop) noexcept : stream(loop) {}

file_stream::~file_stream() {
    file_stream::close();
}

loop_state& file_stream::loop() const noexcept {
    return static_cast<loop_state&>(driver());
}

// --- lifetime

result<std::unique_ptr<stream>> file_stream::open(loop_state& loop, int descriptor,
                                                  file_owner whose) {
    std::unique_ptr<file_stream> made(new file_stream(loop)); // allocated first
    if (const auto why = made->take(descriptor, whose)) return failure(why);
    return std::unique_ptr<stream>(std::move(made));
}

/// Takes over the descriptor; on error it is unchanged.
std::error_code file_stream::take(int descriptor, file_owner whose) noexcept {
    if (const auto why = check_pollable(descriptor)) return why;
    descriptor_ = owned_descriptor(descriptor);
    auto why = prepare(descriptor);
    if (!why && whose == file_owner::stream) {
        if (sys::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0) why = last_error();
    }
    if (!why) why = as_pollable_error(loop().engine().add(descriptor, *this, {}));
    if (why) {
        restore_flags();
        static_cast<void>(descriptor_.release());
    }
    owned_ = whose == file_owner::stream;
    return why;
}

std::error_code file_stream::prepare(int descriptor) noexcept {
    struct stat found {};
    if (sys::fstat(descriptor, &found) != 0) return last_error();
    is_device_ = S_ISCHR(found.st_mode);
    is_pipe_ = S_ISFIFO(found.st_mode);
    is_socket_ = S_ISSOCK(found.st_mode);
    const int flags = sys::fcntl(descriptor, F_GETFL, 0);
    if (flags < 0) return last_error();
    write_only_ = (flags & O_ACCMODE) == O_WRONLY;
    if ((flags & O_NONBLOCK) != 0) return {};
    if (sys::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != 0) return last_error();
    blocked_before_ = true;
    return {};
}

/// Makes the descriptor blocking again: the flag is shared by all processes that share the open
/// file.
void file_stream::restore_flags() noexcept {
    if (!std::exchange(blocked_before_, false)) return;
    const int flags = sys::fcntl(descriptor_.get(), F_GETFL, 0);
    if (flags >= 0) sys::fcntl(descriptor_.get(), F_SETFL, flags & ~O_NONBLOCK);
}

void file_stream::start(stream_events& sink) noexcept {
    sink_ = &sink;
    update_interest();
}

void file_stream::close() noexcept {
    driver().cancel(*this);
    half_closed_ = false;
    if (!descriptor_) return;
    loop().engine().remove(descriptor_.get());
    if (loop().engine().in_own_process()) restore_flags();
    if (!owned_) static_cast<void>(descriptor_.release());
    descriptor_.reset();
}

void file_stream::half_close() noexcept {
    if (!descriptor_ || !loop().engine().in_own_process()) return;
    if (is_socket_) sys::shutdown(descriptor_.get(), SHUT_WR);
    if (!write_only_) return;
    close();
    half_closed_ = true;
    driver().defer(*this); // no input can come: that is its end
}

std::size_t file_stream::input_pending() const noexcept {
    if (!descriptor_ || eof_reported_) return 0;
    const std::size_t size = sys::bytes_to_read(descriptor_.get());
    return size == 0 && readable_ && hangup_ ? 1 : size;
}

std::size_t file_stream::output_pending() const noexcept {
    return descriptor_ && is_socket_ ? sys::bytes_unconfirmed(descriptor_.get()) : 0;
}

void file_stream::fail(std::error_code why) {
    close();
    sink_->on_error(why);
}

// --- reading

void file_stream::ready(readiness what) noexcept {
    readable_ |= what.read;
    writable_ |= what.write;
    hangup_ |= what.hangup;
    if (has_events()) driver().defer(*this);
}

bool file_stream::has_events() const noexcept {
    if (!sink_) return false;
    if (broken_) return true;
    if (!descriptor_) return half_closed_ && wants_input();
    return (blocked_ && writable_) || (readable_ && wants_input());
}

void file_stream::run() noexcept {
    if (!has_events()) return;
    if (const auto why = std::exchange(broken_, {})) return fail(why);
    if (blocked_ && writable_) {
        blocked_ = writable_ = false;
        sink_->on_writable();
        update_interest();
        if (!has_events()) return;
    }
    if (!readable_ && descriptor_) return;
    if (sink_->wants_bytes()) {
        descriptor_ ? read() : report_end();
    } else {
        declined_ = true;
    }
    update_interest();
    if (has_events()) driver().defer(*this); // after the other streams
}

void file_stream::read() {
    if (write_only_) {
        readable_ = false;
        if (hangup_) fail(std::make_error_code(std::errc::broken_pipe));
        return;
    }
    const auto buffer = loop().receive_buffer();
    if (buffer.empty()) return fail(std::make_error_code(std::errc::not_enough_memory));
    ssize_t count;
    do {
        count = sys::read(descriptor_.get(), buffer.data(), buffer.size());
    } while (count < 0 && errno == EINTR);

    if (count > 0) {
        const auto size = static_cast<std::size_t>(count);
        if (size == buffer.size()) loop().buffer_was_filled();
        sink_->on_receive(buffer.first(size));
    } else if (count == 0 || is_hangup(errno)) {
        report_end();
    } else if (would_block(last_error())) {
        readable_ = false;
        loop().engine().drained(descriptor_.get(), {.read = true});
    } else {
        fail(last_error());
    }
}

/// Returns true if a read failed because the terminal's other side is gone: EIO instead of an end
/// of file.
bool file_stream::is_hangup(int error) const noexcept {
    return error == EIO && is_device_;
}

void file_stream::report_end() {
    eof_reported_ = true;
    sink_->on_eof();
}

void file_stream::pause() noexcept {
    if (std::exchange(paused_, true)) return;
    if (driver().in_turn()) {
        driver().at_turn_end(*this); // a pause within one turn costs no system call
    } else {
        update_interest();
    }
}

void file_stream::resume() noexcept {
    paused_ = declined_ = false;
    update_interest();
    if (has_events()) driver().defer(*this);
}

void file_stream::finish_turn() noexcept {
    update_interest();
    if (has_events()) driver().defer(*this);
}

/// Updates the registration. Registering again reports what is ready, so no edge is lost.
///
/// A write-only pipe becomes readable when its reader is gone; a terminal could do so for other
/// reasons, so it is not watched.
void file_stream::update_interest() noexcept {
    if (!descriptor_ || !sink_) return;
    const bool read = wants_input() && (!write_only_ || is_pipe_);
    const interest in{read, blocked_, false};
    if (in.read == known_.read && in.write == known_.write) return;
    known_ = in;
    broken_ = loop().engine().modify(descriptor_.get(), *this, in);
    if (broken_) driver().defer(*this);
}

// --- writing

/// Pipes and sockets raise SIGPIPE once their reader is gone.
ssize_t file_stream::write_piece(std::span<const std::byte> piece) noexcept {
    if (is_pipe_ || is_socket_) return quiet_write(descriptor_.get(), piece);
    ssize_t count;
    do {
        count = sys::write(descriptor_.get(), piece.data(), piece.size());
    } while (count < 0 && errno == EINTR);
    return count;
}

result<std::size_t>
file_stream::write(std::span<const std::span<const std::byte>> pieces) noexcept {
    if (!descriptor_) return failure(std::make_error_code(std::errc::broken_pipe));
    if (!loop().engine().in_own_process()) return failure(errc::forked);
    std::size_t taken = 0;
    for (auto piece : pieces) {
        while (!piece.empty()) {
            const ssize_t count = write_piece(piece);
            if (count < 0) return cannot_go_on(taken);
            taken += static_cast<std::size_t>(count);
            piece = piece.subspan(static_cast<std::size_t>(count));
        }
    }
    return taken;
}

/// Handles a write that would block or has failed.
result<std::size_t> file_stream::cannot_go_on(std::size_t taken) noexcept {
    if (!would_block(last_error())) {
        const auto why = last_error();
        close();
        return failure(why);
    }
    blocked_ = true;
    writable_ = false;
    update_interest();
    loop().engine().drained(descriptor_.get(), {.write = true});
    return taken;
}

} // namespace weft
