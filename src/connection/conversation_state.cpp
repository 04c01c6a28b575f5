// SPDX-License-Identifier: MIT
// Stores a conversation's messages, and continues the coroutines that wait for events.
#include "connection/conversation_state.hpp"

#include <exception>
#include <new>

#include <weft/connection/connection.hpp>

#include "connection/channel_extra.hpp"
#include "stream/spawned_task.hpp"

namespace weft {
namespace {

/// The most memory that is kept between messages, so that small messages need no allocation.
constexpr std::size_t kept_memory_max = 64 * 1024;

inline void copy_to(std::vector<std::byte>& into, std::span<const std::byte> bytes) {
    into.assign(bytes.begin(), bytes.end());
}

} // namespace

conversation_state* conversation_state::of(connection& peer) noexcept {
    return peer.extra_ ? peer.extra_->conversation.get() : nullptr;
}

void conversation_state::serve(connection& peer, function<task<void>(conversation)>& serve,
                               std::shared_ptr<void> keeps, const stop_token& until) {
    if (peer.dead_ || peer.ended_) return;
    auto* const made = new conversation_state(peer.driver());
    conversation given(made);
    const reference here(*made);
    made->opened(peer);
    auto failed = [state = reference(*made)](std::exception_ptr thrown) {
        state->fail(std::move(thrown));
    };
    spawned_task::make(peer.driver(), serve(std::move(given)), until, std::move(keeps),
                       std::move(failed))
        .begin_now();
}

void conversation_state::open(connection& peer, function<void(conversation)>& begin) {
    if (peer.dead_ || peer.ended_) return;
    auto* const made = new conversation_state(peer.driver());
    conversation given(made);
    made->opened(peer);
    begin(std::move(given));
}

// --- from the connection

void conversation_state::opened(connection& peer) {
    const reference here(*this);
    peer.some_extra().conversation = conversation_anchor(*this);
    peer_ = &peer;
    if (abandoned_ || end_) return peer.close(close_code::going_away);
    if (connector_) complete(*connector_);
}

/// Gives the message to the operation that waits for it, or keeps it and pauses reading.
void conversation_state::received(message whole) {
    if (!receiver_) {
        if (drops()) return;
        copy_to(next_, whole.bytes());
        queued_ = true;
        next_is_text_ = whole.is_text();
        return peer_->pause();
    }
    receive_operation& one = *receiver_;
    if (one.borrows_) {
        one.whole_ = whole;
    } else {
        copy_to(current_, whole.bytes());
        one.whole_ = message(std::span<const std::byte>(current_), whole.is_text());
    }
    receiver_ = nullptr;
    one.resume_waiter();
    release(); // the operation's reference, only now: the coroutine may have ended the conversation
}

void conversation_state::drained() noexcept {
    const reference here(*this);
    ++drained_;
    while (senders_.linked()) {
        auto& first = static_cast<send_operation&>(*senders_.next());
        if (first.drained_before_ == drained_) return; // sent meanwhile
        complete(first);
    }
}

void conversation_state::ended(const report& why) noexcept {
    const reference here(*this);
    if (end_) {
        peer_ = nullptr;
        return;
    }
    outcome_ = why;
    if (cancelled_) outcome_.error = std::make_error_code(std::errc::operation_canceled);
    finish(outcome_.error ? outcome_.error : errc::not_open);
    continue_all();
}

/// Called without a `close` or `fail` event if the endpoint or the driver was destroyed.
void conversation_state::connection_destroyed() noexcept {
    const bool has_ended = !!end_;
    peer_ = nullptr;
    if (has_ended) return;
    outcome_ = {.phase = phase::websocket, .error = errc::aborted};
    finish(errc::aborted);
    if (anybody_waits()) driver_.defer(*this);
}

// --- from the conversation

void conversation_state::close(close_code code, std::string_view reason) noexcept {
    if (peer_) peer_->close(code, reason);
}

void conversation_state::abandon() noexcept {
    abandoned_ = true;
    if (peer_) {
        const bool threw = std::uncaught_exceptions() != 0;
        peer_->close(threw ? close_code::internal_error : close_code::normal);
        peer_->resume();
    } else if (!end_) {
        cancel_connecting();
    }
    if (!anybody_waits()) return;
    end_ = std::make_error_code(std::errc::operation_canceled);
    driver_.defer(*this);
}

// --- operations

bool conversation_state::take(receive_operation& into) noexcept {
    if (!receiver_ && !queued_ && !end_) return false;
    if (receiver_) {
        into.error_ = std::make_error_code(std::errc::operation_in_progress);
    } else if (queued_) {
        queued_ = false;
        std::swap(current_, next_);
        into.whole_ = message(std::span<const std::byte>(current_), next_is_text_);
        if (peer_) peer_->resume();
    } else {
        into.error_ = end_;
    }
    return true;
}

void conversation_state::wait(receive_operation& one) noexcept {
    if (current_.capacity() > kept_memory_max) current_ = {};
    if (next_.capacity() > kept_memory_max) next_ = {};
    receiver_ = &one;
    keep();
}

void conversation_state::wait(send_operation& one) noexcept {
    one.insert_before(senders_);
    keep();
}

/// Nothing can be received meanwhile, so reading must not stay paused for a message that waits.
void conversation_state::wait(close_operation& one) noexcept {
    one.insert_before(closers_);
    if (peer_) peer_->resume();
    keep();
}

void conversation_state::wait(connect_operation& one) noexcept {
    connector_ = &one;
    keep();
}

void conversation_state::forget(receive_operation&) noexcept {
    receiver_ = nullptr;
    release();
}

void conversation_state::forget(send_operation& one) noexcept {
    one.unlink();
    release();
}

void conversation_state::forget(close_operation& one) noexcept {
    one.unlink();
    release();
}

void conversation_state::forget(connect_operation&) noexcept {
    connector_ = nullptr;
    release();
}

/// Continues the coroutine that waits for `one`. The caller must own a reference.
template <class Operation>
void conversation_state::complete(Operation& one, std::error_code error) noexcept {
    if constexpr (requires { one.error_; }) {
        if (error) one.error_ = error;
    }
    forget(one);
    one.resume_waiter();
}

bool conversation_state::anybody_waits() const noexcept {
    return receiver_ || connector_ || senders_.linked() || closers_.linked();
}

std::error_code conversation_state::end_of_closing() const noexcept {
    return outcome_.clean() ? std::error_code() : end_;
}

// --- the end

void conversation_state::finish(std::error_code why) noexcept {
    peer_ = nullptr;
    end_ = why;
}

void conversation_state::continue_all() noexcept {
    const reference here(*this);
    if (connector_) complete(*connector_);
    if (receiver_) complete(*receiver_, end_);
    while (senders_.linked()) {
        complete(static_cast<send_operation&>(*senders_.next()), end_);
    }
    while (closers_.linked()) {
        complete(static_cast<close_operation&>(*closers_.next()), end_of_closing());
    }
}

void conversation_state::run() noexcept {
    const reference here(*this);
    work_item handler;
    driver_.call(handler, [&] { continue_all(); });
}

void conversation_state::cancel_connecting() noexcept {
    cancelled_ = true;
    try {
        handle_.abort();
    } catch (const std::bad_alloc&) {
        return; // the connection is closed when it opens
    }
}

/// Cancels connecting as well, but does not wait for the report of the failure.
void conversation_state::give_up_connecting() noexcept {
    cancel_connecting();
    outcome_.error = std::make_error_code(std::errc::operation_canceled);
    end_ = outcome_.error;
}

/// Ends the connection as an exception of a handler does; `on_error` is called.
void conversation_state::fail(std::exception_ptr thrown) noexcept {
    if (!peer_) return driver_.handler_threw(std::move(thrown));
    connection& peer = *peer_;
    function<void()> rethrow = [&] { std::rethrow_exception(thrown); };
    peer.call(rethrow);
    if (peer_) driver_.defer(peer);
}

} // namespace weft
