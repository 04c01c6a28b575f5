// SPDX-License-Identifier: MIT
// Happy Eyeballs: the order of attempts and the delays between them.
#include "loop/address_race.hpp"

#include <algorithm>
#include <utility>

namespace weft {
namespace {

bool is_ipv6(const address& one) noexcept {
    return one.kind() == address::family::ipv6;
}

} // namespace

void address_race::add(std::span<const address> found, time_point now) {
    if (seen_.empty() && !found.empty()) {
        waits_until_ = later(now, resolution_delay_);
        const bool mixed = std::ranges::any_of(found, is_ipv6);
        if (mixed) ipv6_next_ = is_ipv6(found.front());
    }
    for (const address& one : found) {
        if (seen_.size() == addresses_max) return;
        if (std::ranges::find(seen_, one) != seen_.end()) continue;
        seen_.push_back(one);
        (is_ipv6(one) ? ipv6_ : others_).push_back(one);
    }
}

std::optional<address> address_race::next(time_point now) {
    if (next_deadline() > now) return std::nullopt;
    const bool ipv6 = others_.empty() || (ipv6_next_ && !ipv6_.empty());
    auto& from = ipv6 ? ipv6_ : others_;
    if (from.empty()) return std::nullopt;
    address chosen = std::move(from.front());
    from.pop_front();
    ipv6_next_ = !ipv6;
    begun_ = true;
    next_at_ = later(now, attempt_delay_);
    return chosen;
}

void address_race::put_back(address where, time_point when) {
    ipv6_next_ = is_ipv6(where);
    (ipv6_next_ ? ipv6_ : others_).push_front(std::move(where));
    next_at_ = when;
}

time_point address_race::next_deadline() const noexcept {
    if (ipv6_.empty() && others_.empty()) return never;
    return waits_for_ipv6() ? std::max(next_at_, waits_until_) : next_at_;
}

} // namespace weft
