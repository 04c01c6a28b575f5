// SPDX-License-Identifier: MIT
// Waits with epoll. Uses an eventfd for wake-ups, and a timerfd for deadlines that are far
// or that a host loop has to notice.
#include "loop/linux/epoll_engine.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include <weft/core/error.hpp>

#include "loop/linux/poll_bits.hpp"
#include "loop/linux/system_calls.hpp"
#include "loop/posix/system_calls.hpp"
#include "loop/posix/wait_time.hpp"
#include "loop/system.hpp"

namespace weft {
namespace {

constexpr int events_per_wait = 256;

owned_descriptor opened(int descriptor, const char* what) {
    if (descriptor < 0) throw std::system_error(last_error(), what);
    return owned_descriptor(descriptor);
}

std::uint32_t as_epoll_events(interest in) noexcept {
    return as_events(in) | (in.level ? 0U : std::uint32_t{EPOLLET});
}

/// Returns whole milliseconds, rounded up, for kernels without epoll_pwait2.
int as_milliseconds(duration time) noexcept {
    const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(time).count();
    return static_cast<int>(std::min<std::int64_t>(rounded, INT_MAX));
}

} // namespace

epoll_engine::epoll_engine()
    : set_(opened(sys::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wake_up_(opened(sys::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {
    if (const auto why = watch_own(wake_up_.get())) {
        throw std::system_error(why, "epoll_ctl");
    }
}

bool epoll_engine::disown() noexcept {
    const owned_descriptor empty(sys::epoll_create1(EPOLL_CLOEXEC));
    return empty && sys::dup3(empty.get(), set_.get(), O_CLOEXEC) >= 0;
}

/// Watches one of the engine's own descriptors. It has no source; it only has to end the wait.
std::error_code epoll_engine::watch_own(int descriptor, void* marked_by) noexcept {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET;
    event.data.ptr = marked_by;
    if (sys::epoll_ctl(set_.get(), EPOLL_CTL_ADD, descriptor, &event) == 0) return {};
    return last_error();
}

std::error_code epoll_engine::add(int descriptor, source& target, interest in) noexcept {
    if (!in_own_process()) return errc::forked;
    epoll_event event{};
    event.events = as_epoll_events(in);
    event.data.ptr = &target;
    if (sys::epoll_ctl(set_.get(), EPOLL_CTL_ADD, descriptor, &event) == 0) return {};
    return last_error();
}

std::error_code epoll_engine::modify(int descriptor, source& target, interest in) noexcept {
    if (!in_own_process()) return errc::forked;
    epoll_event event{};
    event.events = as_epoll_events(in);
    event.data.ptr = &target;
    if (sys::epoll_ctl(set_.get(), EPOLL_CTL_MOD, descriptor, &event) == 0) return {};
    return last_error();
}

void epoll_engine::remove(int descriptor) noexcept {
    if (!in_own_process()) return; // the set is shared with the parent
    epoll_event unused{};
    sys::epoll_ctl(set_.get(), EPOLL_CTL_DEL, descriptor, &unused);
}

bool epoll_engine::wait(time_point deadline) {
    std::array<epoll_event, events_per_wait> events;
    const int count = wait_for_events(events.data(), events_per_wait, deadline);
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        if (event.data.ptr == this) {
            timer_set_for_ = never; // it has expired
        } else if (auto* target = static_cast<source*>(event.data.ptr)) {
            target->ready(as_readiness(event.events));
        }
    }
    // A negative count means that a signal interrupted the wait: an edge-triggered host must call
    // again.
    return count == events_per_wait || count < 0;
}

int epoll_engine::wait_for_events(epoll_event* events, int room, time_point deadline) noexcept {
    if (timer_will_end_wait(deadline)) return sys::epoll_wait(set_.get(), events, room, -1);
    const duration left = time_until(deadline);
    if (left >= far_deadline && make_timer() == std::error_code() && arm_timer(deadline)) {
        return sys::epoll_wait(set_.get(), events, room, -1);
    }
    if (has_precise_wait_ && left > duration::zero()) {
        const timespec timeout = as_timespec(left);
        const int count = sys::epoll_pwait2(set_.get(), events, room, &timeout);
        if (count >= 0 || errno == EINTR) return count;
        has_precise_wait_ = false; // ENOSYS, or EPERM from a container's seccomp filter
    }
    return sys::epoll_wait(set_.get(), events, room, as_milliseconds(left));
}

/// Returns true if a wait without a timeout ends by `deadline`, perhaps earlier than needed.
bool epoll_engine::timer_will_end_wait(time_point deadline) const noexcept {
    return deadline == never || deadline >= timer_set_for_;
}

void epoll_engine::wake() noexcept {
    if (!in_own_process()) return;
    const int before = errno;
    const std::uint64_t one = 1;
    while (sys::write(wake_up_.get(), &one, sizeof(one)) < 0 && errno == EINTR) {}
    errno = before;
}

result<int> epoll_engine::descriptor() {
    if (!in_own_process()) return failure(errc::forked);
    if (const auto why = make_timer()) return failure(why);
    return set_.get();
}

std::error_code epoll_engine::make_timer() noexcept {
    if (timer_) return {};
    owned_descriptor timer(sys::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
    if (!timer) return last_error();
    if (const auto why = watch_own(timer.get(), this)) return why;
    timer_ = std::move(timer);
    return {};
}

void epoll_engine::set_timer(time_point deadline) noexcept {
    if (in_own_process() && deadline < timer_set_for_) arm_timer(deadline);
}

bool epoll_engine::arm_timer(time_point deadline) noexcept {
    itimerspec setting{};
    // Zero would disarm the timer, so a deadline of zero becomes one nanosecond.
    setting.it_value = as_timespec(std::max(deadline.time_since_epoch(), duration(1)));
    if (sys::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &setting, nullptr) != 0) return false;
    timer_set_for_ = deadline;
    return true;
}

} // namespace weft
