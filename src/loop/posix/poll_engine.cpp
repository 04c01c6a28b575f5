// SPDX-License-Identifier: MIT
// Waits with poll(2); a pipe for wake-ups.
#include "loop/posix/poll_engine.hpp"

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <utility>

#include <weft/core/error.hpp>

#include "loop/posix/system_calls.hpp"
#include "loop/posix/wait_time.hpp"
#include "loop/system.hpp"

namespace weft {
namespace {

short as_poll_events(interest in) noexcept {
    return static_cast<short>((in.read ? POLLIN : 0) | (in.write ? POLLOUT : 0));
}

readiness as_readiness(short events) noexcept {
    const bool hangup = (events & (POLLHUP | POLLERR | POLLNVAL)) != 0;
    return {(events & POLLIN) != 0 || hangup, (events & POLLOUT) != 0 || hangup, hangup, false};
}

} // namespace

poll_engine::poll_engine() {
    std::array<int, 2> ends{};
    if (sys::pipe(ends.data()) != 0) {
        throw std::system_error(last_error(), "pipe");
    }
    wake_up_ = owned_descriptor(ends[0]);
    waker_ = owned_descriptor(ends[1]);
    set_.push_back({wake_up_.get(), POLLIN, 0});
}

result<int> poll_engine::descriptor() {
    return failure(in_own_process() ? errc::no_descriptor : errc::forked);
}

// --- what is watched

/// Reserves room in the set, too, so that no later step can fail.
std::error_code poll_engine::add(int descriptor, source& target, interest in) noexcept {
    if (!in_own_process()) return errc::forked;
    if (const auto why = watched_.add(descriptor, target)) return why;
    try {
        set_.reserve(watched_.size() + 1);
    } catch (const std::bad_alloc&) {
        *watched_.find(descriptor) = {};
        return std::make_error_code(std::errc::not_enough_memory);
    }
    return modify(descriptor, target, in);
}

std::error_code poll_engine::modify(int descriptor, source& target, interest in) noexcept {
    watched* const one = watched_.find(descriptor);
    if (!one) return std::make_error_code(std::errc::no_such_file_or_directory);
    one->target = &target;
    one->wanted = as_poll_events(in);
    one->level = in.level;
    ask_for(descriptor, *one, one->wanted);
    return {};
}

void poll_engine::remove(int descriptor) noexcept {
    watched* const one = watched_.find(descriptor);
    if (!one) return;
    leave_out(*one);
    *one = {};
}

void poll_engine::drained(int descriptor, interest direction) noexcept {
    watched* const one = watched_.find(descriptor);
    if (!one) return;
    const int asked = one->place == nowhere ? 0 : set_[one->place].events;
    ask_for(descriptor, *one, asked | (as_poll_events(direction) & one->wanted));
}

void poll_engine::ask_for(int descriptor, watched& which, int events) noexcept {
    if (events == 0) return leave_out(which);
    if (which.place == nowhere) {
        which.place = static_cast<std::uint32_t>(set_.size());
        set_.push_back({descriptor, 0, 0});
    }
    set_[which.place].events = static_cast<short>(events);
}

/// Removes an entry: the last one takes its place.
void poll_engine::leave_out(watched& which) noexcept {
    const auto place = std::exchange(which.place, nowhere);
    if (place == nowhere) return;
    const pollfd last = set_.back();
    set_.pop_back();
    if (place == set_.size()) return;
    set_[place] = last;
    watched_.find(last.fd)->place = place;
}

// --- waiting

bool poll_engine::wait(time_point deadline) {
    const int count = wait_for_events(deadline);
    if (count <= 0) return count < 0; // a signal interrupted the wait
    // From the back: if an entry is left out, one that was already looked at takes its place.
    for (std::size_t place = set_.size() - 1; place != 0; --place) {
        if (set_[place].revents != 0) report(place);
    }
    if (set_.front().revents != 0) take_back_wake_up();
    return false;
}

int poll_engine::wait_for_events(time_point deadline) noexcept {
    const timespec timeout = as_timespec(time_until(deadline));
    return sys::poll(set_.data(), static_cast<nfds_t>(set_.size()),
                     deadline == never ? nullptr : &timeout);
}

void poll_engine::report(std::size_t place) noexcept {
    const pollfd entry = set_[place];
    watched& one = *watched_.find(entry.fd);
    const readiness what = as_readiness(entry.revents);
    if (!one.level) {
        const int reported = (what.read ? POLLIN : 0) | (what.write ? POLLOUT : 0);
        ask_for(entry.fd, one, entry.events & ~reported);
    }
    one.target->ready(what);
}

/// Writes one byte, which stands for all wake-ups until it is read.
void poll_engine::wake() noexcept {
    if (!in_own_process() || woken_.exchange(true)) return;
    const int before = errno;
    const char byte = 0;
    while (sys::write(waker_.get(), &byte, sizeof(byte)) < 0) {
        if (errno == EINTR) continue;
        woken_ = false; // so that the next call tries again
        break;
    }
    errno = before;
}

/// Reads the byte, then clears the flag. In this order a wake-up between the two steps is handled
/// in this turn, and a later one writes a new byte.
void poll_engine::take_back_wake_up() noexcept {
    char byte = 0;
    while (sys::read(wake_up_.get(), &byte, sizeof(byte)) < 0 && errno == EINTR) {}
    woken_.exchange(false);
}

} // namespace weft
