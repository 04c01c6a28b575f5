// SPDX-License-Identifier: MIT
// Turns a URI or a target into a connected stream; each kind of failure has its own error.
#include "endpoint/outbound_connector.hpp"

#include <new>
#include <utility>

#include <weft/core/error.hpp>
#include <weft/endpoint/environment_proxy.hpp>

#include "core/reported_target.hpp"
#include "endpoint/tunnel.hpp"
#include "loop/loop_state.hpp"

namespace weft {
namespace {

connect_plan plan_of(const connect_options& options, target where) {
    connect_plan plan;
    plan.addresses = std::move(where.addresses);
    plan.host = std::move(where.host);
    plan.port = where.port;
    plan.attempt_delay = options.attempt_delay;
    plan.resolution_delay = options.resolution_delay;
    plan.socket = {options.local_address, options.before_connect};
    return plan;
}

/// Describes for reports what the socket connects to.
std::string describe(const connect_options& options, const uri& where,
                     const std::optional<proxy>& through) {
    std::string text = through ? "proxy " : "";
    if (!options.via.empty()) return text + for_reports(options.via);
    return text +
        (through ? authority(through->host, through->port) : authority(where.host(), where.port()));
}

/// Returns what the socket connects to: `via`, otherwise the proxy, otherwise the server.
result<target> first_stop(const connect_options& options, const uri& where,
                          const std::optional<proxy>& through) {
    if (!options.via.empty()) {
        auto stop = peer_target_of(options.via);
        if (!stop) return failure(errc::bad_via);
        return stop;
    }
    if (through) return target_of(through->host, through->port);
    return target_of(where.host(), where.port());
}

} // namespace

void outbound_connector::start(loop_state& loop, pending_connection& pending,
                               const uri& where) noexcept {
    start_with(loop, pending, [&](outbound_connector& made) { made.begin(where); });
}

void outbound_connector::start(loop_state& loop, pending_connection& pending, target where,
                               std::string host) noexcept {
    start_with(loop, pending, [&](outbound_connector& made) {
        if (pending.options().tls) made.tls_host_ = std::move(host);
        made.resolve_and_connect(std::move(where));
    });
}

template <class Begin>
void outbound_connector::start_with(loop_state& loop, pending_connection& pending,
                                    Begin&& begin) noexcept {
    auto* const made = new (std::nothrow) outbound_connector(loop, pending);
    if (made) return made->take(phase::resolve, [&] { begin(*made); });
    pending.fail(phase::resolve, std::make_error_code(std::errc::not_enough_memory));
}

void outbound_connector::begin(const uri& where) {
    const connect_options& options = pending_.options();
    if (where.secure() && !options.tls) {
        pending_.note_target(authority(where.host(), where.port()));
        return fail(phase::tls, errc::no_tls);
    }
    std::string through = options.proxy;
    if (through.empty() && options.proxy_from_environment) through = environment_proxy(where);
    if (!through.empty()) {
        pending_.note_target("proxy " + for_reports(through)); // until it is known
        auto parsed = proxy::parse(through);
        if (!parsed) return fail(phase::proxy, parsed.error());
        proxy_ = std::move(*parsed);
    }
    pending_.note_target(describe(options, where, proxy_));
    auto stop = first_stop(options, where, proxy_);
    if (!stop) return fail(phase::resolve, stop.error());
    uri_ = &where;
    if (where.secure()) tls_host_ = where.host();
    resolve_and_connect(std::move(*stop));
}

void outbound_connector::resolve_and_connect(target where) {
    connect_plan plan = plan_of(pending_.options(), std::move(where));
    const phase first = plan.addresses.empty() ? phase::resolve : phase::connect;
    plan.begun = [this, first](connector&) { now_at(first); };
    if (first == phase::resolve) {
        plan.resolved = [this](connector&) { now_at(phase::connect); };
    }
    connector_ =
        &connector::start(loop_, std::move(plan), [this](phase at, result<owned_socket> got) {
            note_tried();
            connector_ = nullptr;
            if (!got) return fail(at, got.error());
            take(at, [&] {
                stream_ = loop_.network().make_stream(loop_, std::move(*got));
                go_through_proxy();
            });
        });
    pending_.queue_phase(first, [this] { give_up(); });
}

void outbound_connector::go_through_proxy() {
    if (!proxy_) return secure();
    take(phase::proxy, [this] {
        auto dialog = proxy_dialog::make(*proxy_, *uri_);
        if (!dialog) return fail(phase::proxy, dialog.error());
        auto through = std::make_unique<tunnel>(std::move(stream_), std::move(*dialog));
        tunnel& opening = *through;
        stream_ = std::move(through);
        now_at(phase::proxy);
        const auto why = opening.open([this](std::error_code closed, int http_status) {
            if (closed) return fail(phase::proxy, closed, http_status);
            secure();
        });
        if (why) fail(phase::proxy, why);
    });
}

/// Puts TLS over the stream, if TLS is wanted. The TLS handshake begins with `attach`.
void outbound_connector::secure() {
    if (!tls_host_) return finish();
    take(phase::tls, [&] {
        stream_ = pending_.options().tls->cover(std::move(stream_), *tls_host_);
        finish();
    });
}

void outbound_connector::finish() noexcept {
    pending_.attach(std::move(stream_));
    loop_.retire(this);
}

// --- between the phases

/// When a phase calls back, the connection and its endpoint still exist: the end of either cancels
/// this connector.
void outbound_connector::now_at(phase at) {
    pending_.begin_phase(at, [this] { give_up(); });
}

/// Runs a step; running out of memory in it fails the connection.
template <class Step>
void outbound_connector::take(phase at, Step&& step) noexcept {
    try {
        step();
    } catch (const std::bad_alloc&) {
        fail(at, std::make_error_code(std::errc::not_enough_memory));
    }
}

void outbound_connector::fail(phase at, std::error_code why, int http_status) noexcept {
    if (stream_) note_tried();
    pending_.fail(at, why, http_status);
    stop();
}

/// Notes an address for reports: the one that was tried last, or the connected one.
void outbound_connector::note_tried() noexcept {
    try {
        if (stream_) {
            pending_.note_tried(stream_->remote_address());
        } else if (connector_) {
            pending_.note_tried(connector_->tried());
        }
    } catch (const std::bad_alloc&) {
        return; // the report omits it
    }
}

/// Called when the connection ends before it has its stream.
void outbound_connector::give_up() noexcept {
    note_tried();
    stop();
}

void outbound_connector::stop() noexcept {
    if (connector_) connector_->cancel();
    if (stream_) stream_->close();
    loop_.retire(this);
}

} // namespace weft
