// SPDX-License-Identifier: MIT
// Waits with kevent(2); the kernel keeps two filters for each descriptor, one for each direction.
#include "loop/bsd/kqueue_engine.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <weft/core/error.hpp>

#include "loop/posix/system_calls.hpp"
#include "loop/posix/wait_time.hpp"
#include "loop/system.hpp"

namespace weft {
namespace {

constexpr int events_per_wait = 256;
constexpr std::size_t changes_max = 2;

/// Identifies the wake-up and the timer, each within its own filter.
constexpr uintptr_t own_ident = 0;

/// macOS refuses waits of more than 10^8 seconds. A wait may end early.
constexpr duration wait_max = std::chrono::hours(24);

/// The flag with which a registration asks for reports of urgent data, and with which the system
/// marks such a report; 0 if the system has no such flag.
#ifdef EV_OOBAND
constexpr unsigned urgent_flag = EV_OOBAND;
#else
constexpr unsigned urgent_flag = 0;
#endif

/// The fields' types differ between systems: the macro converts.
template <class Filter>
sys::kernel_event change(uintptr_t ident, Filter filter, unsigned flags, unsigned filter_flags = 0,
                         std::int64_t data = 0, source* target = nullptr) noexcept {
    sys::kernel_event made{};
    made.ident = ident;
    made.filter = static_cast<decltype(made.filter)>(filter);
    made.flags = static_cast<decltype(made.flags)>(flags);
    made.fflags = filter_flags;
    made.data = static_cast<decltype(made.data)>(data);
    made.udata = target;
    return made;
}

sys::kernel_event read_change(int descriptor, source& target, interest in) noexcept {
    const unsigned how = in.read ? EV_ADD | (in.level ? 0 : EV_CLEAR | urgent_flag) : EV_DELETE;
    return change(static_cast<uintptr_t>(descriptor), EVFILT_READ, how, 0, 0, &target);
}

sys::kernel_event write_change(int descriptor, source& target, interest in) noexcept {
    const unsigned how = in.write ? EV_ADD | (in.level ? 0 : EV_ONESHOT) : EV_DELETE;
    return change(static_cast<uintptr_t>(descriptor), EVFILT_WRITE, how, 0, 0, &target);
}

bool is_output(const sys::kernel_event& event) noexcept {
    return event.filter == EVFILT_WRITE;
}

readiness as_readiness(const sys::kernel_event& event) noexcept {
    const bool hangup = (event.flags & EV_EOF) != 0;
    const bool urgent = !is_output(event) && (event.flags & urgent_flag) != 0;
    return {!is_output(event), is_output(event), hangup, urgent};
}

} // namespace

kqueue_engine::kqueue_engine() : queue_(sys::kqueue()) {
    if (!queue_) throw std::system_error(last_error(), "kqueue");
    if (sys::fcntl(queue_.get(), F_SETFD, FD_CLOEXEC) != 0) {
        throw std::system_error(last_error(), "fcntl");
    }
    const std::array wake_up{change(own_ident, EVFILT_USER, EV_ADD | EV_CLEAR)};
    if (const auto why = submit(wake_up)) throw std::system_error(why, "kevent");
}

/// In a forked child the number may belong to another descriptor: the queue is not inherited.
kqueue_engine::~kqueue_engine() {
    if (!in_own_process()) static_cast<void>(queue_.release());
}

// --- what is watched

std::error_code kqueue_engine::add(int descriptor, source& target, interest in) noexcept {
    if (!in_own_process()) return errc::forked;
    if (const auto why = watched_.add(descriptor, target)) return why;
    const auto why = modify(descriptor, target, in);
    if (why) remove(descriptor);
    return why;
}

/// Adding a filter again makes the kernel check again, and report what is ready.
std::error_code kqueue_engine::modify(int descriptor, source& target, interest in) noexcept {
    if (!in_own_process()) return errc::forked;
    watched* const one = watched_.find(descriptor);
    if (!one) return std::make_error_code(std::errc::no_such_file_or_directory);
    std::array<sys::kernel_event, changes_max> changes;
    std::size_t count = 0;
    if (in.read || one->reads) changes[count++] = read_change(descriptor, target, in);
    if (in.write || one->writes) changes[count++] = write_change(descriptor, target, in);
    const auto why = submit(std::span(changes).first(count));
    // A pipe without a reader takes no filter for output: that is an event, too.
    const bool broken = why == std::errc::broken_pipe;
    if (why && !broken) {
        one->reads |= in.read; // one of the two may have been added
        one->writes |= in.write;
        return why;
    }
    *one = {&target, in, in.read, in.write && !broken};
    if (broken) target.ready({.write = true, .hangup = true});
    return {};
}

void kqueue_engine::remove(int descriptor) noexcept {
    watched* const one = watched_.find(descriptor);
    if (!one) return;
    if (in_own_process()) static_cast<void>(modify(descriptor, *one->target, {}));
    *one = {};
}

void kqueue_engine::drained(int descriptor, interest direction) noexcept {
    watched* const one = watched_.find(descriptor);
    if (!one || !direction.write || !one->wanted.write || one->writes) return;
    const std::array again{write_change(descriptor, *one->target, one->wanted)};
    one->writes = !submit(again);
    // Otherwise the target tries again, and meets the error, if there is one.
    if (!one->writes) one->target->ready({.write = true});
}

/// Makes all changes, also those after one that failed, and returns the first error.
std::error_code kqueue_engine::submit(std::span<const sys::kernel_event> changes) noexcept {
    if (changes.empty()) return {};
    std::array<sys::kernel_event, changes_max> asked;
    std::array<sys::kernel_event, changes_max> receipts;
    std::ranges::copy(changes, asked.begin());
    for (auto& one : asked) one.flags |= EV_RECEIPT; // reports on each change, and no event
    const auto size = static_cast<int>(changes.size());
    constexpr timespec at_once{};
    const int count =
        sys::kevent_change(queue_.get(), asked.data(), size, receipts.data(), size, &at_once);
    if (count < 0) return errno == EINTR ? std::error_code() : last_error(); // EINTR: all are made
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        const auto error = static_cast<int>(receipts[i].data);
        if ((receipts[i].flags & EV_ERROR) == 0 || error == 0) continue;
        if (error == ENOENT && (asked[i].flags & EV_DELETE) != 0) continue; // has been reported
        return {error, std::system_category()};
    }
    return {};
}

// --- waiting

bool kqueue_engine::wait(time_point deadline) {
    std::array<sys::kernel_event, events_per_wait> events;
    const timespec timeout = as_timespec(std::min(time_until(deadline), wait_max));
    const int count = sys::kevent(queue_.get(), nullptr, 0, events.data(), events_per_wait,
                                  deadline == never ? nullptr : &timeout);
    for (int i = 0; i < count; ++i) report(events[static_cast<std::size_t>(i)]);
    // A negative count means that a signal interrupted the wait: an edge-triggered host must call
    // again.
    return count == events_per_wait || count < 0;
}

void kqueue_engine::report(const sys::kernel_event& event) noexcept {
    if (event.filter == EVFILT_TIMER) timer_set_for_ = never; // it has expired
    if (!event.udata) return;                                 // the wake-up or the timer
    watched* const one = watched_.find(static_cast<int>(event.ident));
    if (!one) return;
    if (is_output(event) && !one->wanted.level) one->writes = false; // it was for one report
    one->target->ready(as_readiness(event));
}

void kqueue_engine::wake() noexcept {
    if (!in_own_process()) return;
    const int before = errno;
    const auto trigger = change(own_ident, EVFILT_USER, 0, NOTE_TRIGGER);
    while (sys::kevent_change(queue_.get(), &trigger, 1, nullptr, 0, nullptr) < 0 &&
           errno == EINTR) {}
    errno = before;
}

result<int> kqueue_engine::descriptor() {
    if (!in_own_process()) return failure(errc::forked);
    return queue_.get();
}

void kqueue_engine::set_timer(time_point deadline) noexcept {
    if (!in_own_process() || deadline >= timer_set_for_) return;
    // A relative time: absolute ones are of the wall clock. Zero would mean a default period.
    const auto left = std::max(time_until(deadline), duration(1));
    const std::array timer{
        change(own_ident, EVFILT_TIMER, EV_ADD | EV_ONESHOT, NOTE_NSECONDS, left.count())};
    if (!submit(timer)) timer_set_for_ = deadline;
}

} // namespace weft
