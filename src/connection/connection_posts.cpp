// SPDX-License-Identifier: MIT
// What handles have posted to a connection: messages that were counted when they were posted, and
// functions to call with it.
#include <new>
#include <utility>

#include <weft/core/error.hpp>

#include "connection/connection_details.hpp"

namespace weft {

/// Whether a message has to wait: for `open`, or for the end of one that is sent in parts.
bool connection::holds_back() const noexcept {
    return state() == session_state::connecting || session_.sending_parts() ||
           (details_ && !details_->held.empty());
}

void connection::take_posted(std::unique_ptr<posted_message> what) noexcept {
    const std::size_t size = what->size;
    try {
        if (!holds_back()) {
            send_posted(*what);
        } else if (is_open() || state() == session_state::connecting) {
            more().held.push_back(std::move(what));
            return; // and goes on to count
        }
    } catch (const std::bad_alloc&) {
        run_out_of_memory();
        driver().defer(*this);
    }
    posts_done(size);
}

/// There was room for it when it was posted.
bool connection::send_posted(const posted_message& what) {
    if (dead_ || !is_open()) return false;
    send_now(what.whole());
    return true;
}

/// Sends what waited, in its order, as far as nothing new has to be waited for.
void connection::send_held() noexcept {
    if (!details_ || details_->held.empty() || session_.sending_parts()) return;
    auto waiting = std::exchange(details_->held, {});
    for (const auto& each : waiting) {
        try {
            send_posted(*each);
        } catch (const std::bad_alloc&) {
            run_out_of_memory();
            driver().defer(*this);
        }
        posts_done(each->size);
    }
}

void connection::do_posted(function<void(connection&)>& work) {
    try {
        work(*this);
    } catch (const std::bad_alloc&) {
        run_out_of_memory();
        driver().defer(*this);
    }
    posts_done(handle_state::post_overhead);
}

void connection::posts_done(std::size_t size) noexcept {
    if (!details_ || !details_->shared) return;
    details_->shared->release(size);
    if (details_->shared->take_wish()) tell_writable_ = true;
    if (!dead_ && writable_waits()) driver().defer(*this);
}

void connection::share_limit() noexcept {
    if (!details_ || !details_->shared) return;
    const auto& options = route_->options;
    details_->shared->limit(options.queue_size_max, options.when_full == queue_policy::pause,
                            options.when_full == queue_policy::close);
}

void connection::share_queue() noexcept {
    if (!details_ || !details_->shared) return;
    const bool closed = !is_open() && state() != session_state::connecting;
    details_->shared->publish(blocked_ ? session_.output_size() : 0, closed);
    if (details_->shared->take_wish()) tell_writable_ = true;
}

/// A handle refers to what the application may still use.
void connection::end_handles() noexcept {
    if (!details_ || !details_->shared) return;
    details_->shared->end();
    details_->held.clear();
}

} // namespace weft
