// SPDX-License-Identifier: MIT
// An engine that waits with epoll(7). Linux.
#pragma once

#include <sys/epoll.h>

#include "loop/posix/readiness_engine.hpp"
#include "loop/posix/system_calls.hpp"

namespace weft {

/// A socket is registered once, edge-triggered, for both directions; only sources that ask for it
/// (`interest::level`) are level-triggered. The wake-up and timer descriptors are in the same set.
/// They are edge-triggered, so they never need to be read.
class epoll_engine final : public readiness_engine {
public:
    epoll_engine();

    [[nodiscard]] engine_kind kind() const noexcept override { return engine_kind::epoll; }
    std::error_code add(int descriptor, source& target, interest in) noexcept override;
    std::error_code modify(int descriptor, source& target, interest in) noexcept override;
    void remove(int descriptor) noexcept override;
    void drained(int, interest) noexcept override {} // the kernel tracks it
    bool wait(time_point deadline) override;
    void wake() noexcept override;
    result<int> descriptor() override;
    void set_timer(time_point deadline) noexcept override;
    bool disown() noexcept override;

private:
    std::error_code watch_own(int descriptor, void* marked_by = nullptr) noexcept;
    std::error_code make_timer() noexcept;
    bool arm_timer(time_point deadline) noexcept;
    [[nodiscard]] bool timer_will_end_wait(time_point deadline) const noexcept;
    int wait_for_events(epoll_event* events, int room, time_point deadline) noexcept;

    owned_descriptor set_;
    owned_descriptor wake_up_;
    owned_descriptor timer_;           // created at its first use
    time_point timer_set_for_ = never; // until the event of its expiry was collected
    bool has_precise_wait_ = true;     // epoll_pwait2, Linux 5.11
};

} // namespace weft
