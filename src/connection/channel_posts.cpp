// SPDX-License-Identifier: MIT
// What a connection shares with its handles, and what handles have posted to it: output that was
// counted when posted, and functions to call with the connection.
#include <weft/connection/channel.hpp>

#include <algorithm>
#include <iterator>

#include "connection/channel_extra.hpp"

namespace weft {

const std::shared_ptr<handle_state>& channel::shared_state() {
    auto& shared = some_extra().shared;
    if (!shared) {
        channel* const target = dead_ || ended_ ? nullptr : this;
        shared = std::make_shared<handle_state>(driver().mailbox(), target);
        share_limit();
        publish(queued(), !takes_output());
    }
    return shared;
}

bool channel::has_handles() const noexcept {
    return extra_ && extra_->shared;
}

void channel::share_limit() noexcept {
    if (!has_handles()) return;
    const queue_limit most = limit();
    extra_->shared->limit(most.size_max, most.when_full == queue_policy::pause,
                          most.when_full == queue_policy::close);
}

/// Publishes to the handles how much output waits. Notes whether a handle wants `writable`.
void channel::publish(std::size_t queued_now, bool closed) noexcept {
    if (!has_handles()) return;
    extra_->shared->publish(blocked_ ? queued_now : 0, closed);
    if (extra_->shared->take_writable_request()) writable_due_ = true;
}

void channel::hold(std::unique_ptr<posted_message> what) {
    const std::size_t size = what->size;
    some_extra().held.push_back(std::move(what));
    extra_->held_posts += size;
}

/// Returns whether output that handles have posted has not arrived here yet.
bool channel::awaits_posts() const noexcept {
    return has_handles() && extra_->shared->posted() != extra_->held_posts;
}

void channel::take_posted(std::unique_ptr<posted_message> what) noexcept {
    const std::size_t size = what->size;
    try {
        if (!holds_back()) {
            send_posted(*what);
        } else if (takes_output()) {
            return hold(std::move(what)); // its size still counts
        }
    } catch (const std::bad_alloc&) {
        run_out_of_memory();
        driver().defer(*this);
    }
    release_posts(size);
}

/// Sends the held messages in their order, up to one that others must wait for.
void channel::send_held() noexcept {
    if (!extra_ || extra_->held.empty()) return;
    auto waiting = std::exchange(extra_->held, {});
    auto next = waiting.begin();
    for (; next != waiting.end() && !holds_back(); ++next) {
        try {
            send_posted(**next);
        } catch (const std::bad_alloc&) {
            run_out_of_memory();
            driver().defer(*this);
        }
        extra_->held_posts -= (*next)->size;
        release_posts((*next)->size);
    }
    waiting.erase(waiting.begin(), next);
    std::ranges::move(extra_->held, std::back_inserter(waiting)); // was held meanwhile
    extra_->held = std::move(waiting);
}

void channel::release_posts(std::size_t size) noexcept {
    if (!has_handles()) return;
    extra_->shared->release(size);
    if (extra_->shared->take_writable_request()) writable_due_ = true;
    if (!dead_ && writable_may_come()) driver().defer(*this);
}

bool channel::posts_leave_room() const noexcept {
    return !has_handles() || extra_->shared->has_room();
}

/// Detaches the handles, so that they refer to nothing; also drops held messages, and notifies the
/// observers.
void channel::end_handles() noexcept {
    end_observers();
    if (!extra_) return;
    const auto dropped = std::exchange(extra_->held, {}); // may run code of the application
    if (has_handles()) extra_->shared->end();
}

} // namespace weft
