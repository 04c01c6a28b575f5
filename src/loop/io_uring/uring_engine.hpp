// SPDX-License-Identifier: MIT
// An engine that waits with io_uring(7). Linux 6.1.
#pragma once

#include <cstdint>
#include <vector>

#include "loop/io_uring/uring.hpp"
#include "loop/posix/readiness_engine.hpp"

namespace weft {

/// Polls each descriptor with one multishot request, which reports every edge. A level-triggered
/// watch uses a single request, which is armed again after each report. Requests are collected, and
/// the next wait submits them, so `add` and `modify` make no system call. `remove` submits at once,
/// because a pending request keeps the descriptor open in the kernel.
///
/// The kernel binds a ring to the thread that opened it. When another thread runs the loop, the
/// engine opens a new ring and watches all descriptors again. If the old ring was still open, the
/// new one may be used by all threads, which costs more.
///
/// There is no single descriptor for a host to watch. A ring can signal an eventfd when there are
/// completions, but does not do so for completions that result from a write to another eventfd.
class uring_engine final : public readiness_engine {
public:
    static constexpr unsigned size_default = 256;

    /// `size` is the room for requests, a power of two.
    explicit uring_engine(unsigned size = size_default);
    ~uring_engine() override;

    [[nodiscard]] engine_kind kind() const noexcept override { return engine_kind::io_uring; }
    std::error_code add(int descriptor, source& target, interest in) noexcept override;
    std::error_code modify(int descriptor, source& target, interest in) noexcept override;
    void remove(int descriptor) noexcept override;
    void drained(int, interest) noexcept override {} // the kernel keeps track of it
    bool wait(time_point deadline) override;
    void wake() noexcept override;
    result<int> descriptor() override;
    void set_timer(time_point) noexcept override {} // only for engines with a descriptor
    void leave_thread() noexcept override;

private:
    struct watched {
        source* target = nullptr;
        std::uint32_t events = 0;
        std::uint32_t generation = 0; // identifies the request
        bool level = false;
        bool armed = false; // the kernel is polling it
        bool ended = false; // is in `ended_`
    };

    enum class request_kind : std::uint8_t { unreported, poll, wake_up, timer };

    [[nodiscard]] static std::uint64_t label(request_kind kind, std::uint32_t generation,
                                             int descriptor) noexcept;

    std::error_code open_ring(uring_users users) noexcept;
    std::error_code own_ring() noexcept;
    void cancel_all() noexcept;
    [[nodiscard]] bool ring_is_here() const noexcept;
    [[nodiscard]] io_uring_sqe* request() noexcept;

    void arm_wake_up() noexcept;
    bool arm(int descriptor, watched& which) noexcept;
    bool disarm(int descriptor, watched& which) noexcept;
    void arm_again(int descriptor, watched& which) noexcept;
    void arm_ended() noexcept;
    bool arm_timer(time_point deadline) noexcept;

    bool enter(time_point deadline) noexcept;
    void collect() noexcept;
    void complete(const io_uring_cqe& what) noexcept;
    void polled(int descriptor, std::uint32_t generation, const io_uring_cqe& what) noexcept;

    uring ring_;
    owned_descriptor wake_up_;
    std::uint64_t thread_ = 0; // the number of the one that has opened the ring
    descriptor_table<watched> watched_;
    std::vector<int> ended_; // descriptors whose poll request has ended, to be armed again
    __kernel_timespec timer_time_{};
    time_point timer_set_for_ = never; // reset when its completion is collected
    unsigned size_;
    std::uint32_t generation_ = 0; // of the last request
    std::uint32_t timer_generation_ = 0;
    bool left_ = false; // the ring's thread does not run the loop any more
    bool wake_up_armed_ = false;
    bool reported_ = false; // `collect` found a completion that ends the wait
};

} // namespace weft
