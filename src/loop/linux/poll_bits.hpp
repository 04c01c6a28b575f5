// SPDX-License-Identifier: MIT
// Converts readiness to and from the bits that epoll(7) and io_uring(7) share; decides which
// deadlines are far.
#pragma once

#include <sys/epoll.h>

#include <chrono>
#include <cstdint>

#include <weft/core/time.hpp>

#include "loop/engine.hpp"

namespace weft {

/// Each wait with a timeout makes the kernel arm and cancel a timer. For deadlines at least this
/// far away, such as those of idle connections, the engines use one timer instead, which is armed
/// once and serves many waits.
inline constexpr duration far_deadline = std::chrono::milliseconds(100);

/// Errors and hangups are always reported. Urgent data is watched only edge-triggered: as long as
/// it stays unread, a level-triggered watch would end every wait at once.
[[nodiscard]] inline std::uint32_t as_events(interest in) noexcept {
    return (in.read ? std::uint32_t{EPOLLIN | EPOLLRDHUP} : 0U) |
        (in.read && !in.level ? std::uint32_t{EPOLLPRI} : 0U) |
        (in.write ? std::uint32_t{EPOLLOUT} : 0U);
}

[[nodiscard]] inline readiness as_readiness(std::uint32_t events) noexcept {
    const bool hangup = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
    return {(events & EPOLLIN) != 0 || hangup, (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0,
            hangup, (events & EPOLLPRI) != 0};
}

} // namespace weft
