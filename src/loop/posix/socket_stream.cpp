// SPDX-License-Identifier: MIT
// Reads and writes a socket.
#include "loop/posix/socket_stream.hpp"

#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>

#include <weft/core/error.hpp>

#include "loop/loop_state.hpp"
#include "loop/posix/socket_address.hpp"
#include "loop/posix/system_calls.hpp"
#include "loop/system.hpp"

namespace weft {
namespace {

constexpr std::size_t pieces_per_write = 16;

/// As many pieces as one system call takes.
std::span<const std::span<const std::byte>>
some_of(std::span<const std::span<const std::byte>> pieces) noexcept {
    return pieces.first(std::min(pieces.size(), pieces_per_write));
}

std::size_t size_of(std::span<const std::span<const std::byte>> pieces) noexcept {
    std::size_t size = 0;
    for (const auto piece : pieces) size += piece.size();
    return size;
}

/// send(2) or sendmsg(2), without SIGPIPE, repeated after a signal interrupted it.
ssize_t send_pieces(int descriptor, std::span<const std::span<const std::byte>> pieces) noexcept {
    std::array<iovec, pieces_per_write> vectors;
    const auto count = pieces.size();
    for (std::size_t i = 0; i < count; ++i) {
        vectors[i] = {const_cast<std::byte*>(pieces[i].data()), pieces[i].size()};
    }
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(count);
    ssize_t sent;
    do {
        sent = count == 1 ? sys::send(descriptor, vectors[0].iov_base, vectors[0].iov_len,
                                   native::no_signal)
                          : sys::sendmsg(descriptor, &message, native::no_signal);
    } while (sent < 0 && errno == EINTR);
    return sent;
}

} // namespace

struct socket_stream::ends {
    address local;
    address remote;
};

socket_stream::socket_stream(loop_state& loop, owned_socket connected) noexcept
    : socket_transport(loop), descriptor_(std::move(connected)) {}

socket_stream::~socket_stream() {
    release_descriptor();
    if (remembers_) delete ends_;
}

loop_state& socket_stream::loop() const noexcept {
    return static_cast<loop_state&>(driver());
}

// --- lifetime

void socket_stream::start(stream_events& sink) noexcept {
    sink_ = &sink;
    local_ = is_unix_socket(descriptor_.get());
    // A failure is not reported inside `start`: the first turn tries again, and reports it.
    if (enroll()) driver().defer(*this);
}

std::error_code socket_stream::enroll() noexcept {
    const interest in = wanted();
    const auto why = loop().engine().add(descriptor_.get(), *this, in);
    registered_ = !why;
    interested_ = in.read;
    waits_for_room_ = in.write;
    return why;
}

void socket_stream::half_close() noexcept {
    if (descriptor_ && loop().engine().in_own_process()) sys::shutdown(descriptor_.get(), SHUT_WR);
}

/// Keeps the addresses; without memory they are lost.
void socket_stream::close() noexcept {
    if (!descriptor_) return;
    try {
        ends_ = new ends{local_address(), remote_address()};
        remembers_ = true;
    } catch (const std::bad_alloc&) {
        ends_ = nullptr;
    }
    release_descriptor();
}

/// Closes with SO_LINGER and a time of 0, which makes TCP send a reset instead of the end.
void socket_stream::close_with_reset() noexcept {
    constexpr linger at_once{1, 0};
    if (descriptor_ && loop().engine().in_own_process()) {
        sys::setsockopt(descriptor_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    }
    close();
}

void socket_stream::release_descriptor() noexcept {
    if (!descriptor_) return;
    driver().cancel(*this);
    if (registered_) loop().engine().remove(descriptor_.get());
    descriptor_.reset();
}

void socket_stream::fail(std::error_code why) {
    stream_events& sink = *sink_;
    close();
    sink.on_error(why);
}

// --- reading

void socket_stream::ready(readiness what) noexcept {
    readable_ |= what.read;
    writable_ |= what.write;
    cut_ |= what.hangup;
    if (what.urgent) mark_reported();
    if (has_events()) driver().defer(*this);
}

/// Called when an urgent mark is reported. The io_uring engine reports one with ordinary input,
/// too. To avoid a second read for each message, makes each read report whether input is left.
void socket_stream::mark_reported() noexcept {
    if (counts_ || cut_) return;
    counts_ = !local_ && native::report_unread(descriptor_.get());
    cut_ = !counts_;
}

bool socket_stream::has_events() const noexcept {
    if (!descriptor_) return false;
    return (blocked_ && writable_) || (readable_ && reads());
}

bool socket_stream::reads() const noexcept {
    return !paused_ && !declined_ && !eof_reported_;
}

void socket_stream::run() noexcept {
    if (!descriptor_) return;
    if (!registered_) {
        if (const auto why = enroll()) return fail(why);
    }
    if (blocked_ && writable_) {
        blocked_ = false;
        sink_->on_writable();
        if (descriptor_ && local_) update_interest();
    }
    if (!descriptor_ || !readable_ || !reads()) return;
    declined_ = !sink_->wants_bytes();
    if (declined_) return; // until `resume`
    read();
    if (has_events()) driver().defer(*this); // after the other streams
}

void socket_stream::read() {
    const auto room = sink_->input_room();
    const auto buffer = room.empty()
        ? loop().receive_buffer()
        : room.first(std::min(room.size(), loop().receive_size_max()));
    if (buffer.empty()) return fail(std::make_error_code(std::errc::not_enough_memory));
    bool cut = cut_;
    const ssize_t count = receive(buffer, cut);
    if (count < 0) {
        if (const auto why = last_error(); !would_block(why)) return fail(why);
        read_all();
    } else if (count == 0) {
        readable_ = false;
        eof_reported_ = true;
        sink_->on_eof();
    } else {
        const auto size = static_cast<std::size_t>(count);
        if (room.empty() && size == buffer.size()) loop().buffer_was_filled();
        if (size < buffer.size() && !cut) read_all();
        sink_->on_receive(buffer.first(size));
    }
}

/// recv(2), repeated after a signal interrupted it.
///
/// Sets `cut` if recvmsg(2) reports that input may be left. On a Unix-domain socket, a read stops
/// after bytes that carried descriptors, and before bytes of another writer if the socket asks for
/// credentials, even if more follows; recvmsg reports then that control data was dropped. unix(7).
ssize_t socket_stream::receive(std::span<std::byte> buffer, bool& cut) const noexcept {
    iovec vector{buffer.data(), buffer.size()};
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    alignas(cmsghdr) std::array<std::byte, native::unread_report_size> report;
    if (counts_) {
        message.msg_control = report.data();
        message.msg_controllen = static_cast<decltype(message.msg_controllen)>(report.size());
    }
    ssize_t count;
    do {
        count = local_ || counts_ ? sys::recvmsg(descriptor_.get(), &message, 0)
                                  : sys::recv(descriptor_.get(), buffer.data(), buffer.size(), 0);
    } while (count < 0 && errno == EINTR);
    if (count >= 0 && counts_) cut |= native::has_unread(message);
    cut |= (message.msg_flags & MSG_CTRUNC) != 0;
    return count;
}

/// Notes that everything was read: the next edge may come.
void socket_stream::read_all() noexcept {
    readable_ = false;
    loop().engine().drained(descriptor_.get(), {.read = true});
}

void socket_stream::pause() noexcept {
    if (paused_) return;
    paused_ = true;
    if (!registered_) return;
    if (driver().in_turn()) {
        driver().at_turn_end(*this); // a pause within one turn costs no system call
    } else {
        update_interest();
    }
}

void socket_stream::resume() noexcept {
    paused_ = declined_ = false;
    if (!descriptor_) return;
    update_interest();
    if (has_events()) driver().defer(*this);
}

void socket_stream::finish_turn() noexcept {
    if (!descriptor_) return;
    update_interest();
    if (has_events()) driver().defer(*this);
}

interest socket_stream::wanted() const noexcept {
    return {.read = !paused_, .write = blocked_ || !local_};
}

/// Updates the registration. Registering again reports what is ready, so no edge is lost.
void socket_stream::update_interest() noexcept {
    const interest in = wanted();
    if (!registered_ || (interested_ == in.read && waits_for_room_ == in.write)) return;
    auto& engine = loop().engine();
    if (!engine.modify(descriptor_.get(), *this, in)) {
        interested_ = in.read;
        waits_for_room_ = in.write;
    } else if ((in.read && !interested_) || (in.write && !waits_for_room_)) {
        engine.remove(descriptor_.get()); // otherwise it gets needless events, which do no harm
        registered_ = false;
        driver().defer(*this);
    }
}

// --- writing

result<std::size_t>
socket_stream::write(std::span<const std::span<const std::byte>> pieces) noexcept {
    if (!descriptor_) return failure(std::make_error_code(std::errc::broken_pipe));
    if (!loop().engine().in_own_process()) return failure(errc::forked);
    std::size_t taken = 0;
    while (!pieces.empty()) {
        const auto some = some_of(pieces);
        const auto sent = send_pieces(descriptor_.get(), some);
        if (sent < 0) {
            if (const auto why = last_error(); !would_block(why)) {
                close();
                return failure(why);
            }
        }
        const auto part = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
        taken += part;
        if (part < size_of(some)) {
            wait_for_room();
            break;
        }
        pieces = pieces.subspan(some.size());
    }
    return taken;
}

/// Notes that the socket is full: the next edge may come.
void socket_stream::wait_for_room() noexcept {
    blocked_ = true;
    writable_ = false;
    if (local_) update_interest();
    loop().engine().drained(descriptor_.get(), {.write = true});
}

std::size_t socket_stream::input_pending() const noexcept {
    if (!descriptor_ || eof_reported_) return 0;
    const std::size_t size = sys::bytes_to_read(descriptor_.get());
    return size == 0 && readable_ && (cut_ || counts_) ? 1 : size;
}

std::size_t socket_stream::output_pending() const noexcept {
    return descriptor_ ? sys::bytes_unconfirmed(descriptor_.get()) : 0;
}

address socket_stream::local_address() const {
    if (remembers_) return ends_->local;
    return local_address_of(descriptor_.get());
}

address socket_stream::remote_address() const {
    if (remembers_) return ends_->remote;
    return remote_address_of(descriptor_.get());
}

} // namespace weft
