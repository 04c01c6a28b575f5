// SPDX-License-Identifier: MIT
// The requests that a server's connection receives: checks them, chooses their routes, and answers
// those that no handler answers.
#include <memory>
#include <utility>

#include <weft/connection/connection.hpp>
#include <weft/core/error.hpp>

#include "connection/connection_details.hpp"
#include "connection/connection_set.hpp"
#include "connection/forwarded_for.hpp"

namespace weft {
namespace {

http_response not_found() {
    return {404, {}, "Not found.\n"};
}

/// The response to a plain request without a route. `OPTIONS *` asks about the server as a whole
/// (RFC 9110 section 9.3.7).
http_response unrouted(const http_request& request) {
    if (request.target() != "*") return not_found();
    return {204, {{"Allow", "GET, HEAD, OPTIONS"}}, {}};
}

} // namespace

void connection::apply_route(route& chosen) noexcept {
    route_ = &chosen;
    session_.change_options(chosen.session);
    share_limit();
}

/// Takes the client's address from a trusted proxy's header. Returns false if the request has
/// failed or was refused because of that address.
bool connection::name_peer() {
    connection_set& set = *route_->set;
    if (set.trusted().empty() || !stream_) return true;
    const address from = stream_->remote_address();
    if (!is_one_of(set.trusted(), from)) return true;
    const auto who = forwarded_for(*request(), from, set.trusted());
    if (!who) {
        session_.fail(who.error(), driver().now());
        return false;
    }
    more().named = *who;
    set.named(*this, *who);
    return !dead_ && state() == session_state::connecting;
}

/// Checks that the name for which TLS was opened (SNI) has the same routes as the requested host.
/// Returns false if not; then the request has failed. RFC 9110 §15.5.20.
bool connection::check_name() {
    if (!stream_ || route_->set->alike(stream_->server_name(), *request())) return true;
    session_.fail(errc::misdirected, driver().now());
    return false;
}

void connection::handle_request() {
    trace_handshake();
    if (!name_peer() || !check_name()) return;
    connection_set& set = *route_->set;
    if (set.shutting_down()) return session_.fail(errc::shut_down, driver().now());
    if (set.draining()) {
        static_cast<void>(reject(set.drain_refusal()));
        return;
    }
    route* chosen = set.find(*request(), session_.offer());
    if (!chosen) {
        const bool known = set.knows_path(*request());
        static_cast<void>(known ? reject(400, "No subprotocol that is served here was offered.\n")
                                : reject(404, "No WebSocket is served here.\n"));
        return;
    }
    apply_route(*chosen);
    if (route_->handlers.validate) call(route_->handlers.validate, *this);
    if (dead_ || deferred_ || state() != session_state::connecting) return;
    static_cast<void>(accept());
}

/// Chooses the route of a plain request. Returns false if the request has failed or was refused.
bool connection::route_plain_request(route* chosen) {
    route_->set->count_request();
    if (!name_peer() || !check_name()) return false;
    if (chosen) apply_route(*chosen);
    return true;
}

/// Handles a piece of a body. An empty piece announces the body; only `http_body` routes use it.
void connection::handle_body(std::span<const std::byte> piece) {
    if (piece.empty()) {
        route* const chosen = route_->set->find(*request(), nullptr);
        if (!chosen || !chosen->handlers.http_body || !route_plain_request(chosen)) return;
        const bool begun = session_.receive_body_in_parts(driver().now()).has_value();
        if (!begun || state() != session_state::connecting) return; // it is too large
    }
    call(route_->handlers.http_body, *this, piece);
}

void connection::handle_plain_request() {
    connection_set& set = *route_->set;
    const bool is_routed = route_ != &set.unrouted(); // by `handle_body`
    if (!is_routed && !route_plain_request(set.find(*request(), nullptr))) return;
    if (!route_->handlers.http) {
        const bool known = route_->set->knows_path(*request());
        static_cast<void>(respond(known ? refusal(errc::bad_upgrade) : unrouted(*request())));
        return;
    }
    call(route_->handlers.http, *this);
    if (dead_ || deferred_ || state() != session_state::connecting) return;
    static_cast<void>(respond(not_found()));
}

/// Resets the connection to its state at accept, when the answer to a plain request has left.
/// Behind a proxy, the next request may come from another client, which must see no data of this
/// one.
void connection::begin_next_request() noexcept {
    if (!session_.begin_next_request(driver().now())) return;
    end_handles();
    const auto last = std::move(extra_); // destroyed at the end: this may run application code
    deferred_ = false;
    apply_route(route_->set->unrouted());
    driver().defer(*this); // the next request may have arrived already
}

} // namespace weft
