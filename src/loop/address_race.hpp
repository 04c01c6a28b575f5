// SPDX-License-Identifier: MIT
// Which address to try next, and when: Happy Eyeballs (RFC 8305). Has no socket and reads no clock.
#pragma once

#include <algorithm>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include <weft/core/address.hpp>
#include <weft/core/time.hpp>

namespace weft {

/// Orders addresses as they come: the families take turns, attempts overlap.
class address_race {
public:
    /// More addresses of one name are ignored.
    static constexpr std::size_t addresses_max = 64;

    /// After `attempt_delay` the next attempt begins beside the one before (RFC 8305 §5); for
    /// `resolution_delay` the IPv6 addresses are waited for when others come first (§3).
    address_race(duration attempt_delay, duration resolution_delay)
        : attempt_delay_(std::max(attempt_delay, duration::zero())),
          resolution_delay_(std::max(resolution_delay, duration::zero())) {}

    /// Adds those that are new. IPv6 comes first, unless they come in one portion that begins
    /// otherwise.
    void add(std::span<const address> found, time_point now);

    /// No more will be added.
    void complete() noexcept { complete_ = true; }

    /// The address to try now, or nothing: then ask again at `next_deadline()`, or when something
    /// has happened.
    [[nodiscard]] std::optional<address> next(time_point now);

    /// An attempt has failed: the next one may begin at once.
    void hurry() noexcept { next_at_ = time_point::min(); }

    /// `where` is to be tried again at `when`, before any other.
    void put_back(address where, time_point when);

    /// When the next attempt may begin; `never` if there is no address to try.
    [[nodiscard]] time_point next_deadline() const noexcept;

    /// Whether nothing is left to try, now or later.
    [[nodiscard]] bool over() const noexcept {
        return complete_ && ipv6_.empty() && others_.empty();
    }

private:
    [[nodiscard]] bool waits_for_ipv6() const noexcept {
        return !begun_ && !complete_ && ipv6_.empty();
    }

    duration attempt_delay_;
    duration resolution_delay_;
    std::deque<address> ipv6_;
    std::deque<address> others_;
    std::vector<address> seen_;
    time_point next_at_ = time_point::min();
    time_point waits_until_ = time_point::min(); // for IPv6 addresses
    bool ipv6_next_ = true;
    bool begun_ = false;
    bool complete_ = false;
};

} // namespace weft
