// SPDX-License-Identifier: MIT
// Chooses which address to try next, and when: Happy Eyeballs (RFC 8305). Has no socket and reads
// no clock.
#pragma once

#include <algorithm>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include <weft/core/address.hpp>
#include <weft/core/time.hpp>

namespace weft {

/// Orders addresses as they are found: the families alternate, attempts overlap.
class address_race {
public:
    /// The largest number of addresses of one name; further ones are ignored.
    static constexpr std::size_t addresses_max = 64;

    /// After `attempt_delay` the next attempt begins alongside the earlier ones (RFC 8305 §5); if
    /// IPv4 addresses are found first, the first attempt waits up to `resolution_delay` for IPv6
    /// addresses (§3).
    address_race(duration attempt_delay, duration resolution_delay)
        : attempt_delay_(std::max(attempt_delay, duration::zero())),
          resolution_delay_(std::max(resolution_delay, duration::zero())) {}

    /// Adds the addresses that are new. IPv6 comes first, unless `found` holds both families and
    /// its first address is not IPv6.
    void add(std::span<const address> found, time_point now);

    /// Declares that no more addresses will be added.
    void complete() noexcept { complete_ = true; }

    /// Returns the address to try now, or nothing: then call again at `next_deadline()`, or after
    /// an address was added or an attempt ended.
    [[nodiscard]] std::optional<address> next(time_point now);

    /// Makes the next attempt due at once, because an attempt has failed.
    void hurry() noexcept { next_at_ = time_point::min(); }

    /// Schedules another attempt for `where` at `when`, before any other address.
    void put_back(address where, time_point when);

    /// Returns when the next attempt may begin; `never` if there is no address to try.
    [[nodiscard]] time_point next_deadline() const noexcept;

    /// Returns true if nothing is left to try, now or later.
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
    time_point waits_until_ = time_point::min(); // deadline for IPv6 addresses
    bool ipv6_next_ = true;
    bool begun_ = false;
    bool complete_ = false;
};

} // namespace weft
