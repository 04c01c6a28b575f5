// SPDX-License-Identifier: MIT
// Renews a session's presence entries and topics in Redis before they expire, and removes its
// entries at the end.
#include <algorithm>
#include <new>
#include <utility>

#include <weft/redis/redis_error.hpp>

#include "loop/loop_state.hpp"
#include "redis/redis_session.hpp"

namespace weft {
namespace {

constexpr std::size_t entries_in_command = 100; // so that Redis does other work between commands

} // namespace

// --- presence

/// Without a connection, only stores the entry: all entries are sent when there is a connection.
void redis_session::enter(std::string_view topic, const presence_entry& who) {
    const auto self = shared_from_this();
    if (loop_->check_alive()) return;
    redis_operations one;
    if (link_.ready()) {
        one = commands_.enter(topic);
        redis_commands::add_entry(one, who.id, who.data);
    }
    auto found = present_.find(topic);
    if (found == present_.end()) found = present_.try_emplace(std::string(topic)).first;
    try {
        found->second.insert_or_assign(who.id, who.data);
    } catch (const std::bad_alloc&) {
        if (found->second.empty()) present_.erase(found);
        throw;
    }
    if (!one.empty()) submit(std::move(one));
}

/// Without memory, the entry vanishes from Redis after `presence_time`.
void redis_session::leave(std::string_view topic, std::string_view id) noexcept {
    const auto self = shared_from_this();
    if (loop_->check_alive()) return;
    if (const auto in = present_.find(topic); in != present_.end()) {
        if (const auto found = in->second.find(id); found != in->second.end()) {
            in->second.erase(found);
        }
        if (in->second.empty()) present_.erase(in);
    }
    try {
        submit(commands_.leave(topic, id));
    } catch (const std::bad_alloc&) {
    }
}

void redis_session::refresh_presence() noexcept {
    presence_at_ = later(loop_->now(), options_->presence_time / 3);
    if (!link_.ready() || entering_ != 0) return;
    try {
        for (const auto& [topic, entries] : present_) refresh_presence_of(topic, entries);
    } catch (const std::bad_alloc&) {
        // Next time.
    }
    queue_.send_waiting();
}

void redis_session::refresh_presence_of(const std::string& topic, const present_entries& entries) {
    for (auto next = entries.begin(); next != entries.end();) {
        auto one = commands_.enter(topic);
        for (std::size_t i = 0; i < entries_in_command && next != entries.end(); ++i, ++next) {
            redis_commands::add_entry(one, next->first, next->second);
        }
        renew(std::move(one), entering_);
    }
}

/// Adds a command that Redis must receive from time to time. It may exceed the limits; but while
/// one is unanswered, the same kind is not added again.
void redis_session::renew(redis_operations&& one, std::size_t& unanswered) {
    one.front().done = [&unanswered](redis_outcome) { --unanswered; };
    ++unanswered;
    queue_.submit_first(std::move(one), loop_->now());
}

/// Called when the connection is ready, which dropped earlier commands of this kind.
void redis_session::renew_all() noexcept {
    entering_ = 0;
    refresh_presence();
    if (std::exchange(keeping_, 0) != 0) refresh_topics();
}

/// Removes the session's presence entries from Redis. Sends the commands directly, because the
/// queue ends with the session.
void redis_session::remove_presence() noexcept {
    try {
        for (const auto& [topic, entries] : present_) {
            const std::string key = names_.presence(topic);
            for (const auto& [id, data] : entries) {
                const char* words[] = {"HDEL", key.data(), id.data()};
                const std::size_t sizes[] = {4, key.size(), id.size()};
                if (!link_.send(3, words, sizes)) return;
            }
        }
    } catch (const std::bad_alloc&) {
        // The entries vanish after `presence_time`.
    }
}

// --- time

void redis_session::refresh_topics() noexcept {
    topics_at_ = later(loop_->now(), options_->topic_time / 4);
    if (!link_.ready() || keeping_ != 0) return;
    try {
        for (const auto& [name, one] : subscriptions_.of(topic_match::exact)) {
            if (!one.wanted) continue;
            renew(commands_.keep_topic(names_.topic_of(name)), keeping_);
        }
    } catch (const std::bad_alloc&) {
        // Next time.
    }
    queue_.send_waiting();
}

void redis_session::arm_until(time_point due) noexcept {
    if (!started_ || due == never) return;
    if (!armed()) return loop_->arm(*this, due);
    loop_->move_deadline(*this, due);
}

void redis_session::expire() noexcept {
    const auto self = shared_from_this();
    const auto now = loop_->now();
    const auto waiting_until = queue_.give_up(now);
    if (client_ && !pushes_.ready()) {
        end_waiting_subscriptions(why_no_pushes_ ? why_no_pushes_ : redis_error::timeout, now);
    }
    if (client_ && now >= presence_at_) refresh_presence();
    if (client_ && now >= topics_at_) refresh_topics();
    if (!client_) return;
    const auto refused_until = try_refused_again(now);
    if (!client_) return;
    time_point due = std::min({presence_at_, topics_at_, waiting_until, refused_until});
    for (const auto how : {topic_match::exact, topic_match::prefix}) {
        for (const auto& [name, one] : subscriptions_.of(how)) {
            if (!pushes_.ready() && !one.waiting.empty()) {
                due = std::min(due, one.waiting.front().give_up);
            }
        }
    }
    arm_until(due);
}

} // namespace weft
