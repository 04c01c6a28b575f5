// SPDX-License-Identifier: MIT
// What a session subscribes to, and what Redis has confirmed of it. Decides which of the copies of
// a publication is delivered if several subscriptions match.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include <weft/core/time.hpp>
#include <weft/hub/broker.hpp>

#include "hub/prefix_lengths.hpp"
#include "redis/redis_operation.hpp"

namespace weft {

/// One channel, or all channels with a prefix.
struct redis_subscription {
    topic_match how = topic_match::exact;
    bool wanted = false;
    bool confirmed = false;      // by what Redis has sent so far
    std::size_t unanswered = 0;  // commands
    std::uint64_t number = 0;    // of the last command that begins it, on this connection
    time_point refused_until{};  // an ACL forbids it; not tried before
    redis_operations waiting{};  // sent when the subscription is confirmed
    std::string pattern{};       // for PSUBSCRIBE

    [[nodiscard]] bool is_live() const noexcept { return confirmed && unanswered == 0; }
};

class redis_subscriptions {
public:
    using table = std::map<std::string, redis_subscription, std::less<>>;

    [[nodiscard]] table& of(topic_match how) noexcept {
        return how == topic_match::exact ? exact_ : prefixes_;
    }

    [[nodiscard]] redis_subscription* find(std::string_view name, topic_match how) noexcept;

    /// Finds or adds a subscription; `name` is the channel, or what channels begin with. Throws
    /// std::bad_alloc; then nothing was done.
    redis_subscription& add(std::string&& name, topic_match how);

    /// Returns the subscription that Redis means by a channel or a pattern.
    [[nodiscard]] redis_subscription* find_named(std::string_view name, topic_match how) noexcept;

    /// Records that Redis has confirmed that the subscription has begun, or has ended.
    void confirm(redis_subscription& which, bool begun) noexcept;

    /// Forgets it if it is neither wanted, nor known to Redis, nor refused by it.
    void forget_if_unused(std::string_view name, topic_match how) noexcept;

    /// Returns the subscription that the command `number` of this connection begins; null if there
    /// is none, or if a later command concerns it.
    [[nodiscard]] table::value_type* find_numbered(std::uint64_t number,
                                                   topic_match& how) noexcept;

    /// Forgets those that are not wanted and may be tried again by now.
    void forget_refused(time_point now) noexcept;

    /// Records that the connection has ended, and returns true if Redis had any subscription.
    bool lost() noexcept;

    /// Returns true if a message that came for this subscription is to be delivered, and false for
    /// a further copy of it. A connection receives a copy for the channel and one for each pattern,
    /// and Redis confirms no subscription in between.
    [[nodiscard]] bool is_first_copy(std::string_view channel, topic_match how,
                                     std::string_view pattern) noexcept;

private:
    table exact_;
    table prefixes_;
    prefix_lengths lengths_; // of all prefixes
    std::string prefix_;     // of the pattern that was looked up last
};

} // namespace weft
