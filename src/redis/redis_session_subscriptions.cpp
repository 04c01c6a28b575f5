// SPDX-License-Identifier: MIT
// How a session subscribes, and how it delivers what Redis publishes.
#include <algorithm>
#include <new>
#include <utility>

#include <weft/core/error.hpp>
#include <weft/redis/redis_error.hpp>

#include "loop/loop_state.hpp"
#include "redis/redis_session.hpp"

namespace weft {
namespace {

std::string_view text_of(const redisReply& part) noexcept {
    return part.str ? std::string_view(part.str, part.len) : std::string_view();
}

} // namespace

/// The position of a topic is read when Redis has confirmed the subscription, so that no later
/// publication is missing. If that fails, the subscription exists until it is withdrawn.
void redis_session::subscribe(std::string_view topic, topic_match how,
                              completion<position>&& done) {
    const auto self = shared_from_this();
    if (const auto why = loop_->check_alive()) {
        if (done) done(failure(why));
        return;
    }
    redis_operations one;
    if (how == topic_match::exact) {
        one = commands_.find_position(topic, new_epoch(), std::move(done));
    } else {
        one.emplace_back();
        one.front().done = [done = std::move(done)](redis_outcome outcome) mutable {
            if (!done) return;
            if (!outcome) return done(failure(outcome.error()));
            done(position());
        };
    }
    std::string name = names_.channel(topic);
    const std::string key = name;
    redis_subscription& to = subscriptions_.add(std::move(name), how);
    // From here on nothing throws.
    const auto now = loop_->now();
    one.front().give_up = deadline_after(now, options_->wait_max);
    const bool is_new = !std::exchange(to.wanted, true);
    to.waiting.splice(to.waiting.end(), one);
    if (to.refused_until > now) {
        withdraw(key, how, redis_error::no_permission);
    } else if (to.refused_until = {}; pushes_.ready()) {
        if (is_new) begin(key, to);
        if (auto* const known = subscriptions_.find(key, how); known && known->is_live()) {
            was_confirmed(key, how);
        }
    } else if (const auto why = refusal(*options_, why_no_pushes_)) {
        withdraw(key, how, why);
    } else {
        arm_until(deadline_after(now, options_->wait_max));
    }
}

void redis_session::begin(std::string_view name, redis_subscription& which) noexcept {
    ++which.unanswered;
    ++unconfirmed_;
    which.number = ++asked_;
    if (which.how == topic_match::exact) return pushes_.send_subscription("SUBSCRIBE", name);
    pushes_.send_subscription("PSUBSCRIBE", which.pattern);
}

/// Subscribes to everything again after the connection was restored.
void redis_session::begin_all() noexcept {
    for (const auto how : {topic_match::exact, topic_match::prefix}) {
        for (auto& [name, one] : subscriptions_.of(how)) {
            if (!one.wanted || one.refused_until != time_point()) continue;
            begin(name, one);
            if (!client_ || !pushes_.ready()) return; // no memory
        }
    }
    interrupt_if_complete();
}

void redis_session::unsubscribe(std::string_view topic, topic_match how) noexcept {
    const auto self = shared_from_this();
    try {
        withdraw(names_.channel(topic), how, std::make_error_code(std::errc::operation_canceled));
    } catch (const std::bad_alloc&) {
        for (auto& [name, one] : subscriptions_.of(how)) {
            if (names_.topic_of(name) != topic) continue;
            return withdraw(name, how, std::make_error_code(std::errc::operation_canceled));
        }
    }
}

/// Ends a subscription. Operations that wait for it to begin fail with `why`. `name` may be the key
/// of the subscription.
void redis_session::withdraw(std::string_view name, topic_match how,
                             std::error_code why) noexcept {
    auto* const which = subscriptions_.find(name, how);
    if (!which) return;
    redis_operations waiting;
    waiting.splice(waiting.end(), which->waiting);
    const bool asked = which->confirmed || which->unanswered != 0;
    if (std::exchange(which->wanted, false) && asked && pushes_.ready() && loop_->alive()) {
        ++which->unanswered;
        ++unconfirmed_;
        ++asked_;
        if (how == topic_match::exact) pushes_.send_subscription("UNSUBSCRIBE", name);
        else pushes_.send_subscription("PUNSUBSCRIBE", which->pattern);
    }
    subscriptions_.forget_if_unused(name, how);
    while (client_ && !waiting.empty()) {
        redis_operations one;
        one.splice(one.end(), waiting, waiting.begin());
        redis_queue::end(std::move(one), why);
    }
}

// --- from Redis

void redis_session::on_pushed(const redisReply& what) noexcept {
    if (!client_) return;
    const auto kind = text_of(*what.element[0]);
    const auto name = text_of(*what.element[1]);
    if (kind == "message") {
        was_published(name, topic_match::exact, {}, text_of(*what.element[2]));
    } else if (kind == "pmessage" && what.elements >= 4) {
        was_published(text_of(*what.element[2]), topic_match::prefix, name,
                      text_of(*what.element[3]));
    } else if (kind.ends_with("subscribe")) {
        const auto how = kind.starts_with('p') ? topic_match::prefix : topic_match::exact;
        const bool begun = !kind.ends_with("unsubscribe");
        if (unconfirmed_ != 0) --unconfirmed_;
        auto* const which = subscriptions_.find_named(name, how);
        if (which) subscriptions_.confirm(*which, begun);
        try {
            std::string key(name);
            if (how == topic_match::prefix) prefix_of_redis_pattern(name, key);
            was_confirmed(key, how);
        } catch (const std::bad_alloc&) {
            return pushes_.fail(std::make_error_code(std::errc::not_enough_memory),
                                "no memory to subscribe");
        }
        interrupt_if_complete();
    }
}

/// Submits what waits for the subscription.
void redis_session::was_confirmed(std::string_view name, topic_match how) noexcept {
    auto* const which = subscriptions_.find(name, how);
    if (!which || which->unanswered != 0) return;
    if (!which->wanted) return subscriptions_.forget_if_unused(name, how);
    redis_operations waiting;
    waiting.splice(waiting.end(), which->waiting);
    while (client_ && !waiting.empty()) {
        redis_operations one;
        one.splice(one.end(), waiting, waiting.begin());
        if (!one.front().words.empty()) {
            submit(std::move(one));
        } else if (one.front().done) {
            one.front().done(nullptr);
        }
    }
}

void redis_session::was_published(std::string_view channel, topic_match how,
                                  std::string_view pattern, std::string_view payload) noexcept {
    if (!subscriptions_.is_first_copy(channel, how, pattern)) return;
    shared_publication what;
    try {
        auto read = read_redis_message(payload);
        if (!read) return report(redis_error::bad_answer, "a publication is malformed");
        what = std::make_shared<const publication>(std::move(*read));
    } catch (const std::bad_alloc&) {
        gap_ = true; // one was lost
        loop_->defer(*this);
        return;
    }
    client_->on_publication(names_.topic_of(channel), what);
}

void redis_session::deliver(std::string_view topic, const shared_publication& what) noexcept {
    if (!client_) return;
    for (const auto& [name, one] : subscriptions_.of(topic_match::exact)) {
        if (!one.wanted || names_.topic_of(name) != topic) continue;
        return client_->on_publication(topic, what);
    }
    for (const auto& [name, one] : subscriptions_.of(topic_match::prefix)) {
        if (!one.wanted || !topic.starts_with(names_.topic_of(name))) continue;
        return client_->on_publication(topic, what);
    }
}

// --- what an ACL forbids

/// Called when an error has ended the connection. Redis answers in order, and hiredis ends the
/// connection with the first error; so the oldest command without an answer is the one that an ACL
/// forbids. Ends what waits for that subscription, and does not try it again for a while: other
/// topics must not lose their connection each time. Returns false, and does nothing, if the error
/// concerns no single subscription.
bool redis_session::was_refused(std::string_view text) noexcept {
    if (!pushes_.may_subscribe() || unconfirmed_ == 0) return false;
    auto how = topic_match::exact;
    auto* const which = subscriptions_.find_numbered(asked_ - unconfirmed_ + 1, how);
    if (which) {
        which->second.refused_until =
            later(loop_->now(), std::max(options_->backoff_max, duration(1)));
        arm_until(which->second.refused_until);
    }
    forget_connection();
    if (!which) { // the application has withdrawn it
        report(redis_error::no_permission, text);
        return true;
    }
    try {
        const std::string name = which->first;
        const auto& shown = how == topic_match::exact ? name : which->second.pattern;
        const bool is_waited_for = !which->second.waiting.empty();
        report(redis_error::no_permission,
               "the subscription to " + shown + " is refused: " + std::string(text));
        if (client_ && is_waited_for) withdraw(name, how, redis_error::no_permission);
    } catch (const std::bad_alloc&) {
        report(redis_error::no_permission, text); // operations that wait end with the next refusal
    }
    return true;
}

/// Forgets what Redis has confirmed on a connection that has ended.
void redis_session::forget_connection() noexcept {
    unconfirmed_ = 0;
    asked_ = 0;
    gap_ |= subscriptions_.lost();
}

/// Retries refused subscriptions that are due, and returns when to call this again.
time_point redis_session::try_refused_again(time_point now) noexcept {
    subscriptions_.forget_refused(now);
    time_point due = never;
    for (const auto how : {topic_match::exact, topic_match::prefix}) {
        for (auto& [name, one] : subscriptions_.of(how)) {
            if (one.refused_until != time_point()) {
                due = std::min(due, one.refused_until);
            } else if (one.wanted && !one.confirmed && one.unanswered == 0 && pushes_.ready()) {
                gap_ = true;
                begin(name, one);
                if (!client_ || !pushes_.ready()) return never; // no memory
            }
        }
    }
    return due;
}

// --- after a gap

/// Once all subscriptions exist again, the client can find out what it has missed.
void redis_session::interrupt_if_complete() noexcept {
    if (client_ && gap_ && unconfirmed_ == 0 && pushes_.ready()) loop_->defer(*this);
}

void redis_session::run() noexcept {
    const auto self = shared_from_this();
    if (!client_ || !gap_ || unconfirmed_ != 0 || !pushes_.ready()) return;
    gap_ = false;
    client_->on_interruption();
}

/// Ends those that have waited until `due`.
void redis_session::end_waiting_subscriptions(std::error_code why, time_point due) noexcept {
    for (const auto how : {topic_match::exact, topic_match::prefix}) {
        auto& all = subscriptions_.of(how);
        for (auto next = all.begin(); client_ && next != all.end();) {
            const auto& waiting = next->second.waiting;
            if (waiting.empty() || waiting.front().give_up > due) {
                ++next;
                continue;
            }
            try {
                const std::string name = next->first;
                withdraw(name, how, why);
                next = all.upper_bound(name); // the table may have changed
            } catch (const std::bad_alloc&) {
                return; // the next call of `expire` tries again
            }
        }
    }
}

} // namespace weft
