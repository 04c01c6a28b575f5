// SPDX-License-Identifier: MIT
// Implements conversations and their operations with conversation_state.
#include <weft/connection/conversation.hpp>

#include <string>
#include <system_error>
#include <utility>

#include <weft/connection/connection.hpp>
#include <weft/core/error.hpp>

#include "connection/conversation_state.hpp"

namespace weft {
namespace {

std::error_code cancelled() noexcept {
    return std::make_error_code(std::errc::operation_canceled);
}

/// Called for each event of a connection; there is no state if memory ran out when it opened.
template <class Action>
void with_state(connection& peer, Action&& action) {
    if (auto* const state = conversation_state::of(peer)) action(*state);
}

/// What the connections of one route share.
struct conversation_route {
    function<void(connection&)> begin;
    decltype(handlers::open) open;
    decltype(handlers::writable) writable;
    decltype(handlers::close) close;
};

/// What the coroutines of one route share.
struct served {
    function<task<void>(conversation)> serve;
    stop_token until;
};

/// Throws if `more` contains a handler that would never be called, because the conversation
/// receives its events.
void refuse_unused(const char* function, const handlers& more) {
    const char* const unused = more.message ? "message" : more.part ? "part" : nullptr;
    if (!unused) return;
    throw std::system_error(errc::bad_argument,
                            std::string(function) + ": the handler `" + unused +
                                "` would never be called, because the conversation receives the "
                                "messages");
}

void set_events(handlers& of) {
    of.message = [](connection& peer, message m) {
        with_state(peer, [&](conversation_state& state) { state.received(m); });
    };
    of.writable = [](connection& peer) {
        with_state(peer, [](conversation_state& state) { state.drained(); });
    };
    of.close = [](connection& peer, const report& why) {
        with_state(peer, [&](conversation_state& state) { state.ended(why); });
    };
}

/// Returns handlers that call `begin` for each connection that opens, and then give its events to
/// the conversation that `begin` has created.
handlers make_handlers(function<void(connection&)> begin, handlers more) {
    const auto by = std::make_shared<conversation_route>(
        conversation_route{std::move(begin), std::move(more.open), std::move(more.writable),
                           std::move(more.close)});
    set_events(more);
    more.open = [by](connection& peer) {
        if (by->open) by->open(peer);
        by->begin(peer);
    };
    if (by->writable) {
        more.writable = [by](connection& peer) {
            by->writable(peer);
            with_state(peer, [](conversation_state& state) { state.drained(); });
        };
    }
    if (by->close) {
        more.close = [by](connection& peer, const report& why) {
            by->close(peer, why);
            with_state(peer, [&](conversation_state& state) { state.ended(why); });
        };
    }
    return more;
}

} // namespace

handlers coroutine_handlers(function<task<void>(conversation)> serve, handlers more,
                            stop_token until) {
    refuse_unused("weft::coroutine_handlers", more);
    const auto by = std::make_shared<served>(served{std::move(serve), std::move(until)});
    return make_handlers(
        [by](connection& peer) { conversation_state::serve(peer, by->serve, by, by->until); },
        std::move(more));
}

handlers conversation_handlers(function<void(conversation)> begin, handlers more) {
    refuse_unused("weft::conversation_handlers", more);
    return make_handlers(
        [begin = std::move(begin)](connection& peer) mutable {
            conversation_state::open(peer, begin);
        },
        std::move(more));
}

// --- conversation

conversation::~conversation() {
    if (!state_) return;
    state_->abandon();
    state_->release();
}

/// Returns an operation that waits for output, given the result of `connection::send` or the like.
send_operation conversation::sent(send_result how) {
    switch (how) {
    case send_result::accepted: return {};
    case send_result::backed_up: return send_operation(*state_);
    case send_result::dropped: return send_operation(errc::queue_full);
    case send_result::closed: break;
    }
    const auto end = state_ ? state_->end() : std::error_code();
    return send_operation(end ? end : make_error_code(errc::not_open));
}

send_operation conversation::send(message whole) {
    auto* const peer = connection();
    return sent(peer ? peer->send(whole) : send_result::closed);
}

send_operation conversation::send(message whole, compression choice) {
    auto* const peer = connection();
    return sent(peer ? peer->send(whole, choice) : send_result::closed);
}

send_operation conversation::send(const prepared_message& whole) {
    auto* const peer = connection();
    return sent(peer ? peer->send(whole) : send_result::closed);
}

send_operation conversation::send_from(message_source source, compression choice) {
    auto* const peer = connection();
    return sent(peer ? peer->send_from(std::move(source), choice) : send_result::closed);
}

send_operation conversation::send_part(message part, bool last, compression choice) {
    auto* const peer = connection();
    return sent(peer ? peer->send_part(part, last, choice) : send_result::closed);
}

close_operation conversation::close(close_code code, std::string_view reason) noexcept {
    if (state_) state_->close(code, reason);
    return close_operation(state_);
}

conversation::operator bool() const noexcept {
    const auto* const peer = connection();
    return peer && peer->is_open();
}

connection* conversation::connection() const noexcept {
    return state_ ? state_->peer() : nullptr;
}

const report& conversation::outcome() const noexcept {
    static const report none{.phase = phase::http, .error = errc::not_open};
    return state_ ? state_->outcome() : none;
}

void conversation::fail(std::exception_ptr thrown) noexcept {
    state_->fail(std::move(thrown));
}

// --- receiving

void receive_operation::forget() noexcept {
    of_->forget(*this);
}

bool receive_operation::await_ready() noexcept {
    if (of_) return of_->take(*this);
    error_ = errc::not_open;
    return true;
}

void receive_operation::begin() {
    of_->wait(*this);
}

void receive_operation::refuse() noexcept {
    error_ = cancelled();
}

void receive_operation::cancel() noexcept {
    refuse();
    of_->forget(*this);
    resume_waiter();
}

// --- sending

send_operation::send_operation(conversation_state& by) noexcept
    : by_(&by), drained_before_(by.drained_count()) {}

void send_operation::forget() noexcept {
    by_->forget(*this);
}

bool send_operation::has_drained() noexcept {
    if (by_->drained_count() != drained_before_) return true;
    if (!by_->end()) return false;
    error_ = by_->end();
    return true;
}

void send_operation::begin() {
    by_->wait(*this);
}

void send_operation::refuse() noexcept {
    error_ = cancelled();
}

void send_operation::cancel() noexcept {
    refuse();
    by_->forget(*this);
    resume_waiter();
}

// --- closing

close_operation::~close_operation() {
    if (waits()) of_->forget(*this);
}

bool close_operation::await_ready() noexcept {
    if (of_ && !of_->end()) return false;
    error_ = of_ ? of_->end_of_closing() : errc::not_open;
    return true;
}

void close_operation::begin() {
    of_->wait(*this);
}

void close_operation::refuse() noexcept {
    error_ = cancelled();
}

void close_operation::cancel() noexcept {
    refuse();
    of_->forget(*this);
    resume_waiter();
}

// --- connecting

connect_operation connect_operation::begin_on(driver& on) {
    return connect_operation(conversation(new conversation_state(on)));
}

connect_operation::~connect_operation() {
    if (waits()) made_.state_->forget(*this);
}

handlers connect_operation::take_handlers() {
    handlers made;
    set_events(made);
    made.open = [anchor = conversation_anchor(*made_.state_)](connection& peer) {
        anchor.get()->opened(peer);
    };
    made.fail = [anchor = conversation_anchor(*made_.state_)](const report& why) {
        anchor.get()->ended(why);
    };
    return made;
}

void connect_operation::connecting(connection_handle made) noexcept {
    made_.state_->connecting(std::move(made));
}

bool connect_operation::await_ready() const noexcept {
    return made_.state_->connected_or_failed();
}

void connect_operation::begin() {
    made_.state_->wait(*this);
}

void connect_operation::refuse() noexcept {
    made_.state_->give_up_connecting();
}

void connect_operation::cancel() noexcept {
    made_.state_->cancel_connecting();
}

} // namespace weft
