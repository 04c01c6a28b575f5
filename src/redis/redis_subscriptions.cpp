// SPDX-License-Identifier: MIT
// Tables of subscriptions by channel and by prefix.
#include "redis/redis_subscriptions.hpp"

#include <new>
#include <utility>

namespace weft {

redis_subscription* redis_subscriptions::find(std::string_view name, topic_match how) noexcept {
    auto& all = of(how);
    const auto found = all.find(name);
    return found == all.end() ? nullptr : &found->second;
}

redis_subscription& redis_subscriptions::add(std::string&& name, topic_match how) {
    if (auto* const known = find(name, how)) return *known;
    redis_subscription made;
    made.how = how;
    if (how == topic_match::prefix) made.pattern = redis_pattern(name);
    const std::size_t size = name.size();
    const auto added = of(how).emplace(std::move(name), std::move(made)).first;
    if (how == topic_match::exact) return added->second;
    try {
        lengths_.add(size);
    } catch (const std::bad_alloc&) {
        prefixes_.erase(added);
        throw;
    }
    return added->second;
}

redis_subscription* redis_subscriptions::find_named(std::string_view name,
                                                    topic_match how) noexcept {
    if (how == topic_match::exact) return find(name, how);
    try {
        prefix_of_redis_pattern(name, prefix_);
        return find(prefix_, how);
    } catch (const std::bad_alloc&) {
        for (auto& [prefix, one] : prefixes_) {
            if (one.pattern == name) return &one;
        }
        return nullptr;
    }
}

void redis_subscriptions::confirm(redis_subscription& which, bool begun) noexcept {
    which.confirmed = begun;
    if (which.unanswered != 0) --which.unanswered;
}

void redis_subscriptions::forget_if_unused(std::string_view name, topic_match how) noexcept {
    auto& all = of(how);
    const auto found = all.find(name);
    if (found == all.end()) return;
    const auto& one = found->second;
    if (one.wanted || one.confirmed || one.unanswered != 0) return;
    if (one.refused_until != time_point()) return;
    const std::size_t size = found->first.size();
    all.erase(found);
    if (how == topic_match::prefix) lengths_.remove(size);
}

auto redis_subscriptions::find_numbered(std::uint64_t number, topic_match& how) noexcept
    -> table::value_type* {
    for (const auto which : {topic_match::exact, topic_match::prefix}) {
        for (auto& one : of(which)) {
            if (one.second.unanswered == 0 || one.second.number != number) continue;
            how = which;
            return &one;
        }
    }
    return nullptr;
}

void redis_subscriptions::forget_refused(time_point now) noexcept {
    for (const auto how : {topic_match::exact, topic_match::prefix}) {
        auto& all = of(how);
        for (auto next = all.begin(); next != all.end();) {
            const auto which = next++;
            auto& one = which->second;
            if (one.refused_until == time_point() || one.refused_until > now) continue;
            one.refused_until = {};
            if (one.wanted || one.confirmed || one.unanswered != 0) continue;
            if (how == topic_match::prefix) lengths_.remove(which->first.size());
            all.erase(which);
        }
    }
}

bool redis_subscriptions::lost() noexcept {
    bool any = false;
    for (const auto how : {topic_match::exact, topic_match::prefix}) {
        auto& all = of(how);
        for (auto next = all.begin(); next != all.end();) {
            const auto which = next++;
            any |= std::exchange(which->second.confirmed, false);
            which->second.unanswered = 0;
            if (which->second.wanted || which->second.refused_until != time_point()) continue;
            if (how == topic_match::prefix) lengths_.remove(which->first.size());
            all.erase(which);
        }
    }
    return any;
}

bool redis_subscriptions::is_first_copy(std::string_view channel, topic_match how,
                                        std::string_view pattern) noexcept {
    if (how == topic_match::exact) return true;
    const auto* const exact = find(channel, topic_match::exact);
    if (exact && exact->confirmed) return false;
    auto length = lengths_.next(0, channel.size());
    for (; length; length = lengths_.next(*length + 1, channel.size())) {
        const auto* const one = find(channel.substr(0, *length), topic_match::prefix);
        if (one && one->confirmed) return one->pattern == pattern;
    }
    return false;
}

} // namespace weft
