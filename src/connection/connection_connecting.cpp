// SPDX-License-Identifier: MIT
// A connection before its handshake, and following redirects: the phases of connecting, their
// timeouts, and which side is blamed for a failure. Does not depend on how a stream is made.
#include <array>
#include <new>
#include <utility>

#include <weft/connection/connection.hpp>
#include <weft/core/error.hpp>
#include <weft/core/handshake.hpp>

#include "connection/connection_details.hpp"
#include "connection/connection_set.hpp"
#include "connection/redirect.hpp"

namespace weft {
namespace {

/// How long a phase of connecting may take, and the error when it takes longer.
struct patience {
    duration limit;
    errc exceeded;
};

patience patience_in(phase at, const connect_options& options) noexcept {
    switch (at) {
    case phase::resolve: return {options.resolve_timeout, errc::resolve_timeout};
    case phase::proxy: return {options.proxy_timeout, errc::proxy_timeout};
    case phase::tls: return {options.tls_timeout, errc::tls_timeout};
    default: return {options.connect_timeout, errc::connect_timeout};
    }
}

/// Returns which side caused the error; the peer may be a server or a proxy.
side side_of(std::error_code why) noexcept {
    const bool refused = why == errc::proxy_refused || why == errc::proxy_authentication;
    if (why == condition::protocol_error || why == errc::unexpected_eof || refused) {
        return side::peer;
    }
    return why.category() == error_category() ? side::local : side::system;
}

/// Returns the header or the subprotocol that makes the request invalid; empty if there is none.
std::string_view blamed(const connect_options& with, const uri& target) {
    const std::array<std::byte, 16> nonce{};
    for (const auto& header : with.headers) {
        if (!make_upgrade_request(target, nonce, {}, {header})) return header.name;
    }
    for (const auto& subprotocol : with.subprotocols) {
        if (!make_upgrade_request(target, nonce, {subprotocol})) return subprotocol;
    }
    return {};
}

} // namespace

/// Reads the clock, because the turn's time is old after slow handlers.
void connection::begin_phase(phase at, function<void()> cancel) noexcept {
    const auto limit = patience_in(at, extras()->connect_with).limit;
    queue_phase(at, std::move(cancel));
    extras()->phase_deadline = deadline_after(driver().read_clock(), limit);
    update_timer();
}

/// The phase has no deadline until it begins.
void connection::queue_phase(phase at, function<void()> cancel) noexcept {
    extras()->current_phase = at;
    extras()->phase_deadline = never;
    extras()->rounds = 0;
    extras()->cancel = std::move(cancel);
    update_timer();
}

void connection::fail_connecting(phase at, std::error_code why, int http_status) noexcept {
    if (!std::exchange(connecting_, false)) return;
    extras()->cancel = nullptr;
    if (stream_) stream_->close();
    const std::string_view detail = stream_ ? stream_->error_detail() : std::string_view();
    session_.abort(why, side_of(why), at, driver().now(), http_status, detail);
    driver().defer(*this);
}

/// Notes the target for the report, in case connecting fails.
void connection::note_target(std::string_view target, const address& tried) noexcept {
    if (!extras()) return;
    try {
        if (!extras()->facts) extras()->facts = std::make_unique<report_facts>();
        extras()->facts->target = target;
        extras()->facts->remote = tried;
    } catch (const std::bad_alloc&) {
        extras()->facts.reset();
    }
}

/// Calls `cancel`, so that the code that connects stops, then fails.
void connection::cancel_connecting(std::error_code why) noexcept {
    if (auto cancel = std::move(extras()->cancel)) cancel();
    fail_connecting(extras()->current_phase, why);
}

/// Waits a few rounds before the timeout counts: an answer that has arrived needs them to get from
/// the socket to here.
void connection::expire_connecting() noexcept {
    constexpr int rounds_max = 8;
    if (driver().now() < extras()->phase_deadline) return;
    if (extras()->rounds++ < rounds_max) return postpone();
    cancel_connecting(patience_in(extras()->current_phase, extras()->connect_with).exceeded);
}

/// Ends a connection whose stream failed to open, such as in its TLS handshake. Used by servers,
/// too.
void connection::fail_opening(std::error_code why) noexcept {
    session_.abort(why, side_of(why), phase::tls, driver().now(), 0, stream_->error_detail());
}

/// Begins a client's handshake; its stream is open.
void connection::begin_handshake() noexcept {
    extras()->cancel = nullptr;
    const auto& with = extras()->connect_with;
    const auto now = driver().now();
    session_.begin(now);
    try {
        const auto started = session_.start(*extras()->uri, with.subprotocols, with.headers,
                                            with.subprotocol_required);
        if (!started) {
            session_.abort(started.error(), side::local, phase::http, now, 0,
                           blamed(with, *extras()->uri));
        }
    } catch (const std::bad_alloc&) {
        run_out_of_memory();
    }
    driver().defer(*this);
}

/// Returns whether a redirect is followed, or the error if it should be but cannot be.
result<bool> connection::follow_redirect() noexcept {
    if (outcome().error != errc::not_upgraded || !response()) return false;
    const bool wanted = extras()->connect_with.redirects_max != 0 && route_->set->redials();
    if (!wanted || !is_redirect(*response())) return false;
    if (extras()->redirects == extras()->connect_with.redirects_max) {
        return failure(errc::too_many_redirects);
    }
    try {
        const auto target = redirect_target(*extras()->uri, *response());
        if (!target) return failure(target.error());
        route_->set->redial(*this, *target);
        return true;
    } catch (const std::bad_alloc&) {
        return failure(std::make_error_code(std::errc::not_enough_memory));
    }
}

} // namespace weft
