// SPDX-License-Identifier: MIT
// Receives and sends datagrams.
#include "loop/posix/readiness_datagram_port.hpp"

#include <cerrno>
#include <new>
#include <utility>

#include <weft/core/error.hpp>

#include "loop/loop_state.hpp"
#include "loop/posix/adopted_socket.hpp"
#include "loop/posix/socket_address.hpp"
#include "loop/posix/system_calls.hpp"
#include "loop/system.hpp"

namespace weft {
namespace {

/// More than any UDP datagram; longer Unix-domain datagrams are truncated.
constexpr std::size_t datagram_size_max = 64 * 1024;

/// Limit of consecutive errors: several ICMP errors may follow each other, but a broken socket
/// fails for ever.
constexpr int errors_in_a_row_max = 16;

} // namespace

readiness_datagram_port::readiness_datagram_port(loop_state& loop, datagram_events& sink)
    : loop_(loop), sink_(sink) {}

readiness_datagram_port::~readiness_datagram_port() = default;

void readiness_datagram_port::retire() noexcept {
    close();
    loop_.retire(this);
}

// --- opening

std::error_code readiness_datagram_port::open(const address& where) {
    const auto at = as_socket_address(where);
    if (!at) return at.error();
    if (!room_) room_ = std::make_unique_for_overwrite<std::byte[]>(datagram_size_max);
    descriptor_ = owned_descriptor(sys::socket(at->family(), SOCK_DGRAM));
    if (!descriptor_) return last_error();
    loop_.work_started();
    return {};
}

result<address> readiness_datagram_port::bind(const address& where) {
    const auto at = as_socket_address(where);
    if (!at) return failure(at.error());
    file_ = socket_file(where);
    if (sys::bind(descriptor_.get(), at->get(), at->size) != 0) return failure(last_error());
    file_.take_note();
    return find_local_address(descriptor_.get());
}

std::error_code readiness_datagram_port::connect(const address& where) {
    const auto at = as_socket_address(where);
    if (!at) return at.error();
    const bool done = sys::connect(descriptor_.get(), at->get(), at->size) == 0;
    return done ? std::error_code() : last_error();
}

std::error_code readiness_datagram_port::adopt(native_socket descriptor) {
    if (const auto why = check_datagrams(descriptor)) return why;
    if (const auto why = prepare_socket(descriptor)) return why;
    if (!room_) room_ = std::make_unique_for_overwrite<std::byte[]>(datagram_size_max);
    descriptor_ = owned_descriptor(descriptor);
    loop_.work_started();
    const auto why = begin();
    if (!why) return {};
    static_cast<void>(descriptor_.release());
    loop_.work_finished();
    return why;
}

std::error_code readiness_datagram_port::begin() noexcept {
    known_ = {.read = !paused_};
    const auto why = loop_.engine().add(descriptor_.get(), *this, known_);
    registered_ = !why;
    return why;
}

void readiness_datagram_port::close() noexcept {
    if (!descriptor_) return;
    loop_.cancel(*this);
    if (std::exchange(registered_, false)) loop_.engine().remove(descriptor_.get());
    descriptor_.reset();
    if (loop_.engine().in_own_process()) file_.remove();
    file_ = {};
    readable_ = writable_ = blocked_ = false;
    errors_ = 0;
    loop_.work_finished();
}

// --- receiving

void readiness_datagram_port::ready(readiness what) noexcept {
    readable_ |= what.read;
    writable_ |= what.write;
    if (has_events()) loop_.defer(*this);
}

bool readiness_datagram_port::has_events() const noexcept {
    return descriptor_ && ((blocked_ && writable_) || (readable_ && !paused_));
}

void readiness_datagram_port::run() noexcept {
    if (!has_events()) return;
    if (blocked_ && writable_) {
        blocked_ = writable_ = false;
        sink_.on_writable();
        update_interest();
    }
    if (descriptor_ && readable_ && !paused_) {
        if (!sink_.wants_datagrams()) return; // it calls `resume` later
        receive();
    }
    if (has_events()) loop_.defer(*this); // after the other sources
}

void readiness_datagram_port::receive() {
    socket_address from;
    ssize_t count;
    do {
        count = sys::recvfrom(descriptor_.get(), room_.get(), datagram_size_max, 0, from.get(),
                              &from.size);
    } while (count < 0 && errno == EINTR);
    if (count < 0) return failed(last_error());
    errors_ = 0;
    try {
        const std::span bytes(room_.get(), static_cast<std::size_t>(count));
        sink_.on_datagram(bytes, from.size == 0 ? address() : as_address(from));
    } catch (const std::bad_alloc&) {
        sink_.on_error(std::make_error_code(std::errc::not_enough_memory));
    }
}

/// Handles a failed read: there is nothing more, or an error of an earlier datagram comes first.
void readiness_datagram_port::failed(std::error_code why) {
    if (would_block(why)) {
        errors_ = 0;
        readable_ = false;
        return loop_.engine().drained(descriptor_.get(), {.read = true});
    }
    if (++errors_ == errors_in_a_row_max) close();
    sink_.on_error(why);
}

void readiness_datagram_port::pause() noexcept {
    if (std::exchange(paused_, true)) return;
    if (loop_.in_turn()) {
        loop_.at_turn_end(*this);
    } else {
        update_interest();
    }
}

void readiness_datagram_port::resume() noexcept {
    paused_ = false;
    update_interest();
    if (has_events()) loop_.defer(*this);
}

void readiness_datagram_port::finish_turn() noexcept {
    update_interest();
    if (has_events()) loop_.defer(*this);
}

/// Updates the registration. Registering again reports what is ready, so no edge is lost. An error
/// of the engine is reported, and the next change tries again.
void readiness_datagram_port::update_interest() noexcept {
    const interest in{!paused_, blocked_, false};
    if (!registered_ || (in.read == known_.read && in.write == known_.write)) return;
    const auto why = loop_.engine().modify(descriptor_.get(), *this, in);
    why ? sink_.on_error(why) : static_cast<void>(known_ = in);
}

// --- sending

std::error_code readiness_datagram_port::send(std::span<const std::byte> bytes,
                                              const address& to) noexcept {
    if (!loop_.engine().in_own_process()) return errc::forked;
    socket_address at;
    at.size = 0;
    if (to != address()) {
        const auto known = as_socket_address(to);
        if (!known) return known.error();
        at = *known;
    }
    ssize_t sent;
    do {
        sent = sys::sendto(descriptor_.get(), bytes.data(), bytes.size(), native::no_signal,
                           at.size == 0 ? nullptr : at.get(), at.size);
    } while (sent < 0 && errno == EINTR);
    if (sent >= 0) return {};
    const auto why = last_error();
    if (would_block(why)) {
        blocked_ = true;
        writable_ = false;
        update_interest();
        loop_.engine().drained(descriptor_.get(), {.write = true});
    }
    return why;
}

address readiness_datagram_port::local_address() const {
    return descriptor_ ? local_address_of(descriptor_.get()) : address();
}

} // namespace weft
