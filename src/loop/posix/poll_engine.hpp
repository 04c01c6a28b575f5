// SPDX-License-Identifier: MIT
// An engine that waits with poll(2), for systems without epoll. POSIX.
#pragma once

#include <poll.h>

#include <atomic>
#include <cstdint>
#include <vector>

#include "loop/posix/readiness_engine.hpp"
#include "loop/posix/system_calls.hpp"

namespace weft {

/// Turns the levels that poll(2) reports into edges: a direction that was reported is not requested
/// again until it was drained. A descriptor with no requested direction is left out of the set:
/// otherwise a connection that was reset while reading is paused would end every wait.
///
/// A wait costs O(watched descriptors). A pipe wakes the engine. There is no single descriptor for
/// a host to watch.
class poll_engine final : public readiness_engine {
public:
    poll_engine();

    [[nodiscard]] engine_kind kind() const noexcept override { return engine_kind::poll; }
    std::error_code add(int descriptor, source& target, interest in) noexcept override;
    std::error_code modify(int descriptor, source& target, interest in) noexcept override;
    void remove(int descriptor) noexcept override;
    void drained(int descriptor, interest direction) noexcept override;
    bool wait(time_point deadline) override;
    void wake() noexcept override;
    result<int> descriptor() override;
    void set_timer(time_point) noexcept override {} // needs a descriptor

private:
    static constexpr std::uint32_t nowhere = UINT32_MAX;

    struct watched {
        source* target = nullptr;
        std::uint32_t place = nowhere; // index in the set
        short wanted = 0;
        bool level = false;
    };

    void ask_for(int descriptor, watched& which, int events) noexcept;
    void leave_out(watched& which) noexcept;
    int wait_for_events(time_point deadline) noexcept;
    void report(std::size_t place) noexcept;
    void take_back_wake_up() noexcept;

    owned_descriptor wake_up_, waker_; // the ends of a pipe
    std::atomic<bool> woken_ = false;  // a byte is in the pipe, or about to be
    descriptor_table<watched> watched_;
    std::vector<pollfd> set_;          // the first entry is for wake-ups
};

} // namespace weft
