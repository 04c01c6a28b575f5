// SPDX-License-Identifier: MIT
// What handles do, and what they have posted to a raw connection: bytes that were counted when they
// were posted, and functions to call with it.
#include <new>
#include <utility>

#include <weft/core/error.hpp>

#include "endpoint/raw_set.hpp"

namespace weft {
namespace {

raw_connection* raw_connection_of(const handle_state& state) noexcept {
    return static_cast<raw_connection*>(state.target());
}

} // namespace

// --- handles

/// Nothing, if it has to be posted: outside a turn, or behind what was posted before.
std::optional<send_result> raw_handle::send_at_once(std::span<const std::byte> bytes) const {
    if (!state_) return send_result::closed;
    if (!state_->mailbox().in_turn_here()) return std::nullopt;
    raw_connection* const to = raw_connection_of(*state_);
    if (!to) return send_result::closed;
    if (state_->posted() != 0 || !to->opened_) return std::nullopt;
    return to->send(bytes);
}

template <class Bytes>
send_result raw_handle::send_or_post(Bytes&& bytes) const {
    if (const auto done = send_at_once(std::as_bytes(std::span(bytes)))) return *done;
    const std::size_t size = bytes.size() + handle_state::post_overhead;
    const send_result answer = state_->reserve(size);
    if (answer == send_result::dropped) post_overflow();
    if (answer == send_result::dropped || answer == send_result::closed) return answer;
    try {
        auto call = [state = state_, what = posted_bytes{std::move(bytes), size}]() mutable {
            if (auto* const to = raw_connection_of(*state)) to->take_posted(std::move(what));
        };
        if (state_->mailbox().post(std::move(call))) return answer;
    } catch (...) {
        state_->take_back(size);
        throw;
    }
    state_->take_back(size);
    return send_result::closed;
}

send_result raw_handle::send(std::string bytes) const {
    return send_or_post(std::move(bytes));
}

send_result raw_handle::send(std::vector<std::byte> bytes) const {
    return send_or_post(std::move(bytes));
}

/// The policy `close` ends the connection for this.
void raw_handle::post_overflow() const {
    if (!state_->must_close()) return;
    state_->mailbox().post([state = state_] {
        if (auto* const which = raw_connection_of(*state)) which->refuse_to_queue();
    });
}

bool raw_handle::with(function<void(raw_connection&)> work) const {
    if (!state_) return false;
    function<void()> call = [state = state_, work = std::move(work)]() mutable {
        if (auto* const target = raw_connection_of(*state)) target->do_posted(work);
    };
    state_->add(handle_state::post_overhead);
    try {
        if (state_->mailbox().post(std::move(call))) return true;
    } catch (...) {
        state_->take_back(handle_state::post_overhead);
        throw;
    }
    state_->take_back(handle_state::post_overhead);
    return false;
}

bool raw_handle::close() const {
    return with([](raw_connection& which) { which.close(); });
}

bool raw_handle::abort() const {
    return with([](raw_connection& which) { which.abort(); });
}

// --- what they have posted

void raw_connection::take_posted(posted_bytes&& what) noexcept {
    const std::size_t size = what.size;
    try {
        if (!opened_ && !over()) {
            more().held.push_back(std::move(what));
            return; // and goes on to count
        }
        send_posted(what);
    } catch (const std::bad_alloc&) {
        run_out_of_memory();
    }
    posts_done(size);
}

/// There was room for it when it was posted.
void raw_connection::send_posted(const posted_bytes& what) {
    if (is_open()) send_counted(what.bytes());
}

void raw_connection::send_held() noexcept {
    if (!details_ || details_->held.empty()) return;
    const auto waiting = std::exchange(details_->held, {});
    for (const auto& each : waiting) {
        try {
            send_posted(each);
        } catch (const std::bad_alloc&) {
            run_out_of_memory();
        }
        posts_done(each.size);
    }
}

void raw_connection::do_posted(function<void(raw_connection&)>& work) {
    try {
        work(*this);
    } catch (const std::bad_alloc&) {
        run_out_of_memory();
    }
    posts_done(handle_state::post_overhead);
}

void raw_connection::posts_done(std::size_t size) noexcept {
    if (!details_ || !details_->shared) return;
    details_->shared->release(size);
    if (details_->shared->take_wish()) tell_writable_ = true;
    if (!dead_ && writable_waits()) driver().defer(*this);
}

bool raw_connection::writable_waits() const noexcept {
    if (!tell_writable_ || blocked_ || !is_open()) return false;
    return !details_ || !details_->shared || details_->shared->has_room();
}

void raw_connection::share_queue() noexcept {
    if (!details_ || !details_->shared) return;
    const bool closed = finishing_ || closing_ || over();
    details_->shared->publish(blocked_ ? queue_.size() : 0, closed);
    if (details_->shared->take_wish()) tell_writable_ = true;
}

/// A handle refers to what the application may still use.
void raw_connection::end_handles() noexcept {
    if (!details_ || !details_->shared) return;
    details_->shared->end();
    details_->held.clear();
}

} // namespace weft
