// SPDX-License-Identifier: MIT
// An engine that waits with kqueue(2). FreeBSD and macOS.
#pragma once

#include <span>

#include "loop/bsd/system_calls.hpp"
#include "loop/posix/readiness_engine.hpp"
#include "loop/posix/system_calls.hpp"

namespace weft {

/// Input is registered once, edge-triggered (EV_CLEAR). Room for output is registered for one
/// report at a time (EV_ONESHOT), and again when the target has met a full socket: an
/// edge-triggered registration would report each acknowledgement by the peer, and so wake an idle
/// loop. Sources that ask for it (`interest::level`) are level-triggered.
///
/// The wake-up (EVFILT_USER) and the timer of a guest (EVFILT_TIMER) are in the same queue, so the
/// queue is the only descriptor.
class kqueue_engine final : public readiness_engine {
public:
    kqueue_engine();
    ~kqueue_engine() override;

    [[nodiscard]] engine_kind kind() const noexcept override { return engine_kind::kqueue; }
    std::error_code add(int descriptor, source& target, interest in) noexcept override;
    std::error_code modify(int descriptor, source& target, interest in) noexcept override;
    void remove(int descriptor) noexcept override;
    void drained(int descriptor, interest direction) noexcept override;
    bool wait(time_point deadline) override;
    void wake() noexcept override;
    result<int> descriptor() override;
    void set_timer(time_point deadline) noexcept override;

    /// Returns true: a forked child does not inherit the queue, so there is nothing to replace.
    bool disown() noexcept override { return true; }

private:
    /// A descriptor in the queue: what its target wants, and which filters the kernel has.
    struct watched {
        source* target = nullptr;
        interest wanted;
        bool reads = false;
        bool writes = false;
    };

    std::error_code submit(std::span<const sys::kernel_event> changes) noexcept;
    void report(const sys::kernel_event& event) noexcept;

    owned_descriptor queue_;
    descriptor_table<watched> watched_;
    time_point timer_set_for_ = never; // until the event of its expiry was collected
};

} // namespace weft
