// SPDX-License-Identifier: MIT
// A connection until its handshake begins: takes its stream, begins the handshake, and follows
// redirects. Its pending_connection manages the phases of connecting.
#include <array>
#include <new>
#include <utility>

#include <weft/connection/connection.hpp>
#include <weft/core/error.hpp>
#include <weft/core/handshake.hpp>

#include "connection/connection_details.hpp"
#include "connection/connection_set.hpp"

namespace weft {
namespace {

/// Describes the header or the subprotocol that makes the request invalid; empty if there is none.
std::string invalid_field(const connect_options& with, const uri& target) {
    const std::array<std::byte, 16> nonce{};
    for (const auto& header : with.headers) {
        const auto made = make_upgrade_request(target, nonce, {}, {header});
        if (made) continue;
        const bool subprotocols = equal_ignoring_case(header.name, "Sec-WebSocket-Protocol");
        if (!subprotocols || made.error() != errc::reserved_header) return header.name;
        return header.name + ": use connect_options::subprotocols";
    }
    for (const auto& subprotocol : with.subprotocols) {
        if (!make_upgrade_request(target, nonce, {subprotocol})) return subprotocol;
    }
    return {};
}

} // namespace

void connection::attach(std::unique_ptr<stream> connected) noexcept {
    stream_ = std::move(connected);
    if (connecting_ && stream_->opening()) {
        pending().begin_phase(stream_->error_phase().value_or(phase::connect), nullptr);
    } else if (connecting_) {
        begin_handshake();
    }
    stream_->start(*this);
    if (route_->set->shutting_down()) end_for_shutdown(errc::shut_down); // the stream came too late
    update_timer();
}

/// Called when the stream's own opening has finished. Only a client waits for it; a server reads
/// from the start.
void connection::on_open() noexcept {
    if (!connecting_) return;
    begin_handshake();
    update_timer();
}

/// Begins a client's handshake; its stream is open.
void connection::begin_handshake() noexcept {
    pending().finish();
    const auto& with = pending().options();
    const auto now = driver().now();
    session_.begin(now);
    trace_handshake();
    try {
        const auto started = session_.start(*extras()->uri, with.subprotocols, with.headers,
                                            with.subprotocol_required);
        if (!started) {
            session_.abort(started.error(), side::local, phase::http, now, 0,
                           invalid_field(with, *extras()->uri));
        }
    } catch (const std::bad_alloc&) {
        run_out_of_memory();
    }
    driver().defer(*this);
}

/// Servers use this, too, when the stream's own opening fails: a PROXY protocol header, or TLS.
void connection::end_unopened(phase at, std::error_code why, int http_status) noexcept {
    if (stream_) stream_->close();
    const std::string_view detail = stream_ ? stream_->error_detail() : std::string_view();
    session_.abort(why, pending_connection::side_of(why), at, driver().now(), http_status, detail);
    driver().defer(*this);
}

/// Follows a redirect if there is one to follow, and returns whether it did. Fails if a redirect
/// should be followed but cannot be.
result<bool> connection::follow_redirect() noexcept {
    if (outcome().error != errc::not_upgraded || !response()) return false;
    if (!route_->set->follows_redirects()) return false;
    try {
        auto target = pending().redirect_target(*extras()->uri, *response());
        if (!target) return failure(target.error());
        if (!*target) return false;
        route_->set->redirect(*this, std::move(**target));
        return true;
    } catch (const std::bad_alloc&) {
        return failure(std::make_error_code(std::errc::not_enough_memory));
    }
}

/// Continues `from`, whose server redirects to `target`. What a redirect keeps (handlers, handle,
/// data, and the pending connection) moves in one piece, `extra_`.
void connection::continue_from(connection& from, weft::uri&& target) noexcept {
    extra_ = std::move(from.extra_);
    extra_->shared->lead_to(this);
    if (extras()->expiry) extras()->expiry->move_to(*this);
    connecting_ = true;
    pending().redirect(*this, *extras()->uri, target);
    extras()->uri = std::move(target);
}

} // namespace weft
