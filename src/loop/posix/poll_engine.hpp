// SPDX-License-Identifier: MIT
// Waiting with poll(2), where there is nothing better. POSIX.
#pragma once

#include <poll.h>

#include <atomic>
#include <cstdint>
#include <vector>

#include "loop/engine.hpp"
#include "loop/posix/descriptor.hpp"

namespace weft {

/// Makes edges of the levels that poll(2) tells: a direction that was reported is not asked for
/// until it has been drained, and a descriptor that is not asked for anything is left out, so that
/// a reset of a peer that nobody reads does not end every wait.
///
/// The others cost a wait their number. A pipe to itself wakes it. There is no one descriptor to
/// show.
class poll_engine final : public engine {
public:
    poll_engine();

    [[nodiscard]] engine_kind kind() const noexcept override { return engine_kind::poll; }
    [[nodiscard]] weft::network& network() noexcept override;
    [[nodiscard]] time_point now() const noexcept override;
    std::error_code add(int descriptor, source& target, interest in) noexcept override;
    std::error_code modify(int descriptor, source& target, interest in) noexcept override;
    void remove(int descriptor) noexcept override;
    void drained(int descriptor, interest direction) noexcept override;
    bool wait(time_point deadline) override;
    void wake() noexcept override;
    result<int> descriptor() override;
    void set_timer(time_point) noexcept override {} // comes after a descriptor only
    [[nodiscard]] bool in_own_process() const noexcept override;

private:
    static constexpr std::uint32_t nowhere = UINT32_MAX;

    struct watched {
        source* target = nullptr;
        std::uint32_t place = nowhere; // in the set
        short wanted = 0;
        bool level = false;
    };

    [[nodiscard]] watched* find(int descriptor) noexcept;
    void make_room_for(int descriptor);
    void ask_for(int descriptor, watched& which, int events) noexcept;
    void leave_out(watched& which) noexcept;
    int wait_for_events(time_point deadline) noexcept;
    void report(std::size_t place) noexcept;
    void take_back_wake_up() noexcept;

    unsigned fork_generation_;
    owned_descriptor wake_up_, waker_; // the ends of a pipe
    std::atomic<bool> woken_ = false;  // a byte is in it, or about to be
    std::vector<watched> watched_;     // by the number of the descriptor
    std::vector<pollfd> set_;          // the first is for wake-ups
};

} // namespace weft
