// SPDX-License-Identifier: MIT
// Sends operations in order, assigns the answers to them, and repeats those that may be repeated.
#include "redis/redis_queue.hpp"

#include <new>
#include <utility>

#include <weft/core/error.hpp>
#include <weft/redis/redis_error.hpp>

namespace weft {

/// Waiting removes neither a wrong password nor a missing permission.
std::error_code refusal(const redis_options& options, std::error_code why_away) noexcept {
    const bool lasts =
        why_away == redis_error::authentication || why_away == redis_error::no_permission;
    if (options.when_away == redis_outage::wait && !lasts) return {};
    return why_away;
}

void redis_queue::end(redis_operations&& one, std::error_code why) noexcept {
    auto ended = std::move(one);
    if (ended.front().done) ended.front().done(failure(why));
}

void redis_queue::end_front(redis_operations& of, redis_outcome outcome) noexcept {
    redis_operations ended;
    ended.splice(ended.end(), of, of.begin());
    size_ -= ended.front().size();
    if (ended.front().done) ended.front().done(outcome);
}

/// Before the first attempt to connect has ended, and while scripts are loaded again, operations
/// wait.
void redis_queue::submit(redis_operations&& one, time_point now) noexcept {
    redis_operation& added = one.front();
    const std::size_t size = added.size();
    if (const auto why = refusal(options_, why_away_)) return end(std::move(one), why);
    if (size > options_.pending_max || size_ > options_.pending_max - size) {
        return end(std::move(one), errc::queue_full);
    }
    added.give_up = deadline_after(now, options_.wait_max);
    size_ += size;
    waiting_.splice(waiting_.end(), one);
    send_waiting();
}

void redis_queue::submit_first(redis_operations&& one, time_point now) noexcept {
    one.front().give_up = deadline_after(now, options_.wait_max);
    size_ += one.front().size();
    waiting_.splice(waiting_.begin(), one);
}

void redis_queue::send_waiting() noexcept {
    while (!waiting_.empty() && can_send()) {
        if (send(waiting_.front())) {
            sent_.splice(sent_.end(), waiting_, waiting_.begin());
        } else {
            end_front(waiting_, failure(std::make_error_code(std::errc::not_enough_memory)));
            if (closed_) return;
        }
    }
}

bool redis_queue::send(const redis_operation& which) noexcept {
    const auto add = [this](std::string_view word) {
        words_.push_back(word.data());
        sizes_.push_back(word.size());
    };
    try {
        words_.clear();
        sizes_.clear();
        const bool is_script = which.script != redis_script::none;
        if (is_script) {
            add("EVALSHA");
            add(link_.hash(which.script));
        }
        for (std::size_t i = 0; i < which.words.size(); ++i) {
            add(which.words[i]);
            if (is_script && i == which.keys) add(link_.run_id());
        }
    } catch (const std::bad_alloc&) {
        return false;
    }
    return link_.send(words_.size(), words_.data(), sizes_.data());
}

// --- answers

/// Scripts are lost by SCRIPT FLUSH, or when another Redis answers at the same address. All that
/// was sent is answered before the scripts are loaded and anything is sent again, in order.
std::error_code redis_queue::answered(const redisReply& answer) noexcept {
    const std::string_view text(answer.str ? answer.str : "", answer.str ? answer.len : 0);
    std::error_code why;
    if (answer.type == REDIS_REPLY_ERROR && text.starts_with("NOSCRIPT")) {
        lost_scripts_.splice(lost_scripts_.end(), sent_, sent_.begin());
    } else if (answer.type == REDIS_REPLY_ERROR) {
        why = redis_error_of(text);
        if (why == redis_error::read_only) is_replica_ = true; // `done` may submit the next one
        end_front(sent_, failure(why));
    } else {
        end_front(sent_, &answer);
    }
    if (closed_ || is_replica_ || !sent_.empty() || lost_scripts_.empty()) return why;
    reload_scripts();
    return why;
}

void redis_queue::reload_scripts() noexcept {
    waiting_.splice(waiting_.begin(), lost_scripts_);
    drop_renewed(waiting_);
    link_.load_scripts();
}

/// Drops operations that the session sends again when the connection is ready.
void redis_queue::drop_renewed(redis_operations& from) noexcept {
    for (auto next = from.begin(); next != from.end();) {
        const auto which = next++;
        if (!which->renewed) continue;
        size_ -= which->size();
        from.erase(which);
    }
}

// --- without a connection

void redis_queue::lost(std::error_code why) noexcept {
    why_away_ = why;
    is_replica_ = false;
    redis_operations unknown;
    for (auto next = sent_.begin(); next != sent_.end();) {
        const auto which = next++;
        if (!which->repeatable) unknown.splice(unknown.end(), sent_, which);
    }
    waiting_.splice(waiting_.begin(), sent_);
    waiting_.splice(waiting_.begin(), lost_scripts_);
    drop_renewed(waiting_);
    while (!unknown.empty()) {
        end_front(unknown, failure(errc::outcome_unknown));
        if (closed_) return;
    }
    if (const auto refused = refusal(options_, why)) end_waiting(refused);
}

/// Ends those that wait now; what they submit may wait again.
void redis_queue::end_waiting(std::error_code why) noexcept {
    redis_operations all;
    all.splice(all.end(), waiting_);
    while (!all.empty()) {
        end_front(all, failure(why));
        if (closed_) return;
    }
}

time_point redis_queue::give_up(time_point now) noexcept {
    while (!closed_ && !link_.ready() && !waiting_.empty() && waiting_.front().give_up <= now) {
        end_front(waiting_, failure(why_away_ ? why_away_ : redis_error::timeout));
    }
    if (closed_ || link_.ready() || waiting_.empty()) return never;
    return waiting_.front().give_up;
}

void redis_queue::close() noexcept {
    closed_ = true;
    redis_operations dropped; // destructors of completions may call the session
    dropped.splice(dropped.end(), waiting_);
    dropped.splice(dropped.end(), sent_);
    dropped.splice(dropped.end(), lost_scripts_);
}

} // namespace weft
