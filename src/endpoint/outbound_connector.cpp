// SPDX-License-Identifier: MIT
// Turns a URI into a connected stream, with a report for each kind of failure.
#include "endpoint/outbound_connector.hpp"

#include <new>
#include <utility>

#include <weft/core/error.hpp>
#include <weft/endpoint/environment_proxy.hpp>

#include "endpoint/target.hpp"
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
        auto stop = target_of(options.via);
        if (!stop) return failure(errc::bad_via);
        return stop;
    }
    if (through) return target_of(through->host, through->port);
    return target_of(where.host(), where.port());
}

} // namespace

void outbound_connector::start(loop_state& loop, connection& outbound) noexcept {
    auto* const made = new (std::nothrow) outbound_connector(loop, outbound);
    if (made) return made->take(phase::resolve, [made] { made->begin(); });
    stream_endpoint::fail_connecting(outbound, phase::resolve,
                                     std::make_error_code(std::errc::not_enough_memory));
}

void outbound_connector::begin() {
    const connect_options& options = stream_endpoint::options_of(outbound_);
    const uri& where = *outbound_.uri();
    if (where.secure() && !options.tls) return fail(phase::tls, errc::no_tls);
    std::string through = options.proxy;
    if (through.empty() && options.proxy_from_environment) through = environment_proxy(where);
    if (!through.empty()) {
        auto parsed = proxy::parse(through);
        if (!parsed) return fail(phase::proxy, parsed.error());
        proxy_ = std::move(*parsed);
    }
    target_ = describe(options, where, proxy_);
    note_target();
    auto stop = first_stop(options, where, proxy_);
    if (!stop) return fail(phase::resolve, stop.error());
    resolve_and_connect(plan_of(options, std::move(*stop)));
}

void outbound_connector::resolve_and_connect(connect_plan plan) {
    const phase first = plan.addresses.empty() ? phase::resolve : phase::connect;
    plan.begun = [this, first](connector&) { now_at(first); };
    if (first == phase::resolve) {
        plan.resolved = [this](connector&) { now_at(phase::connect); };
    }
    connector_ =
        &connector::start(loop_, std::move(plan), [this](phase at, result<owned_socket> got) {
            note_target();
            connector_ = nullptr;
            if (!got) return fail(at, got.error());
            take(at, [&] {
                stream_ = loop_.network().make_stream(loop_, std::move(*got));
                go_through_proxy();
            });
        });
    stream_endpoint::queue_phase(outbound_, first, [this] {
        note_target();
        give_up();
    });
}

void outbound_connector::go_through_proxy() {
    if (!proxy_) return secure();
    take(phase::proxy, [this] {
        auto words = proxy_dialog::make(*proxy_, *outbound_.uri());
        if (!words) return fail(phase::proxy, words.error());
        auto way = std::make_unique<tunnel>(std::move(stream_), std::move(*words));
        tunnel& opening = *way;
        stream_ = std::move(way);
        now_at(phase::proxy);
        const auto why = opening.open([this](std::error_code closed, int http_status) {
            if (closed) return fail(phase::proxy, closed, http_status);
            secure();
        });
        if (why) fail(phase::proxy, why);
    });
}

/// Begins the TLS phase; the connection finishes it.
void outbound_connector::secure() {
    const uri& where = *outbound_.uri();
    if (!where.secure()) return finish();
    take(phase::tls, [&] {
        const auto& tls = stream_endpoint::options_of(outbound_).tls;
        stream_ = tls->cover(std::move(stream_), where.host());
        finish();
    });
}

void outbound_connector::finish() noexcept {
    stream_endpoint::attach(outbound_, std::move(stream_));
    loop_.retire(this);
}

// --- between the phases

/// This connector is cancelled when the connection ends, and the connection ends with its endpoint,
/// so both exist whenever a phase calls back.
void outbound_connector::now_at(phase at) {
    stream_endpoint::begin_phase(outbound_, at, [this] {
        note_target();
        give_up();
    });
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
    if (stream_) note_target();
    stream_endpoint::fail_connecting(outbound_, at, why, http_status);
    give_up();
}

/// Notes an address for reports: the one that was tried last, or the connected one.
void outbound_connector::note_target() noexcept {
    try {
        address at;
        if (stream_)
            at = stream_->remote_address();
        else if (connector_)
            at = connector_->tried();
        stream_endpoint::note_target(outbound_, target_, at);
    } catch (const std::bad_alloc&) {
        return; // the report omits it
    }
}

void outbound_connector::give_up() noexcept {
    if (connector_) connector_->cancel();
    if (stream_) stream_->close();
    loop_.retire(this);
}

} // namespace weft
