// SPDX-License-Identifier: MIT
// Finds the routes of requests, and creates and removes connections.
#include "connection/connection_set.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include <weft/core/error.hpp>

#include "connection/connection_details.hpp"
#include "connection/drain.hpp"
#include "connection/reconnecting_state.hpp"
#include "core/reported_target.hpp"
#include "stream/reserve_one.hpp"

namespace weft {
namespace {

session_options as_session_options(role plays, const connection_options& options,
                                   const handlers& by, driver& owner) {
    return {plays, options.limits, options.timeouts, &owner.random(), options.extension.get(),
            &owner, bool(by.part)};
}

/// Returns the options that apply until a client has authenticated.
session_options for_first_message(session_options limited, const connection_options& options) {
    auto& limits = limited.limits;
    limits.message_size_max = std::min(limits.message_size_max, options.unauthenticated_size_max);
    limits.compressed_size_max = 0; // derived from the limit on a message
    return limited;
}

/// Returns how specific a route is: one with a host ranks before one without, an exact host or path
/// before one with an asterisk, and among the latter a longer one before a shorter one.
std::pair<std::size_t, std::size_t> weight(const route& which) noexcept {
    const bool some_hosts = which.host.starts_with('*') || which.host.empty();
    return {some_hosts ? which.host.size() : SIZE_MAX,
            which.path.ends_with('*') ? which.path.size() : SIZE_MAX};
}

template <class Key>
void count(std::map<Key, std::uint64_t>& events, const Key& which) noexcept {
    try {
        ++events[which];
    } catch (const std::bad_alloc&) {
        return; // only the total counts it
    }
}

} // namespace

connection_set::connection_set(weft::driver& owner)
    : registry(owner),
      unrouted_{this, {}, {}, {}, {}, {}, as_session_options(role::server, {}, {}, owner)} {}

connection_set::~connection_set() = default;

// --- routes

/// Marks the older routes that `added` replaces completely; their existing connections keep them.
void connection_set::replace_by(const route& added) noexcept {
    for (const auto& one : routes_) {
        if (one->host != added.host || one->path != added.path) continue;
        if (one->subprotocol != added.subprotocol) continue;
        const bool upgrades = !one->serves_websocket() || added.serves_websocket();
        const bool answers = !one->handlers.http || added.handlers.http;
        if (upgrades && answers) one->replaced = true;
    }
}

void connection_set::add_route(std::string_view path, handlers&& what,
                               const route_options& options) {
    const auto for_sessions =
        as_session_options(role::server, options.connection, what, driver());
    auto added = std::make_unique<route>(
        route{this, to_lower(options.host), std::string(path), options.subprotocol,
              std::move(what), options.connection, for_sessions,
              for_first_message(for_sessions, options.connection)});
    reserve_one(routes_);
    replace_by(*added);
    if (added->handlers.http_body) unrouted_.session.reports_bodies = true;
    routes_.push_back(std::move(added));
}

bool connection_set::knows_path(const http_request& request) const {
    const auto host = host_name(request);
    return std::any_of(routes_.begin(), routes_.end(), [&](const auto& one) {
        return !one->replaced && one->serves_host(host) && one->matches(request.path()) &&
            one->serves_websocket();
    });
}

bool connection_set::alike(std::string_view name, const http_request& request) const {
    const auto host = host_name(request);
    if (name.empty() || host.empty()) return true;
    const auto asked = host_name(name);
    return std::ranges::all_of(routes_, [&](const auto& one) {
        return one->serves_host(asked) == one->serves_host(host);
    });
}

route* connection_set::find(const http_request& request, const upgrade_offer* offer) {
    route* best = nullptr;
    std::size_t best_rank = SIZE_MAX; // index of the subprotocol in the client's list
    const auto host = host_name(request);
    for (const auto& one : routes_) {
        if (one->replaced) continue;
        if (!one->serves_host(host) || !one->matches(request.path())) continue;
        std::size_t rank = SIZE_MAX - 1; // without a subprotocol: after all offered ones
        if (offer) {
            if (!one->serves_websocket()) continue;
            if (!one->subprotocol.empty()) {
                const auto& offered = offer->subprotocols;
                const auto at = std::find(offered.begin(), offered.end(), one->subprotocol);
                if (at == offered.end()) continue;
                rank = static_cast<std::size_t>(at - offered.begin());
            }
        } else if (!one->handlers.http) {
            continue;
        }
        const bool more_specific = best && weight(*one) > weight(*best);
        // Among equals the last wins: one may serve WebSockets and the other plain requests.
        const bool better_rank = best && weight(*one) == weight(*best) && rank <= best_rank;
        if (!best || more_specific || better_rank) {
            best = one.get();
            best_rank = rank;
        }
    }
    return best;
}

// --- connections

connection& connection_set::add(route& by, std::unique_ptr<connection::details> outbound) {
    connection& added =
        add_made([&] { return new connection(by, driver().now(), std::move(outbound)); });
    ++unopened_;
    return added;
}

connection& connection_set::add_served() {
    return add(unrouted_, nullptr);
}

connection& connection_set::add_outbound(const uri& target, handlers&& what,
                                         connect_options&& options) {
    const auto for_session =
        as_session_options(role::client, options.connection, what, driver());
    auto own = std::make_unique<route>(
        route{this, {}, {}, {}, std::move(what), options.connection, for_session});
    auto outbound = std::make_unique<connection::details>();
    outbound->uri = target;
    outbound->pending = std::make_unique<pending_connection>(std::move(options), driver().now());
    route& by = *own;
    outbound->own_route = std::move(own);
    return add(by, std::move(outbound));
}

connection& connection_set::add_malformed(std::string_view target, std::error_code why,
                                          handlers&& what, connect_options&& options) {
    static const auto nowhere = uri::parse("ws://invalid/");
    connection& added = add_outbound(*nowhere, std::move(what), std::move(options));
    try {
        added.pending().note_target(for_reports(target));
    } catch (const std::bad_alloc&) {
        // the report omits it
    }
    added.pending().fail(phase::resolve, why);
    return added;
}

/// `next` takes over the route of `from`. That is safe because `from` ends within the call that led
/// here, before `next` can end and destroy the route.
void connection_set::redirect(connection& from, uri target) {
    connection& next = add(*from.route_, nullptr);
    next.continue_from(from, std::move(target));
    redirect_(next);
}

void connection_set::opened(const connection& one) noexcept {
    --unopened_;
    ++counters_.opened;
    ++one.route_->opened;
    ++one.route_->open;
    if (on_opened_) on_opened_(one);
}

void connection_set::remove(connection& gone) noexcept {
    take_out(gone);
    if (gone.opened_) {
        --gone.route_->open;
    } else {
        --unopened_;
    }
    counters_.traffic += gone.traffic();
    end_drain_if_empty();
    if (on_removed_) on_removed_(gone);
}

// --- counters

void connection_set::count_closed(const report& why) noexcept {
    ++counters_.closed;
    count(counters_.close_codes, why.code());
    if (why.error) count(counters_.close_errors, why.error);
}

void connection_set::count_failed(const report& why) noexcept {
    ++counters_.failed;
    count(counters_.failures, why.error);
    if (why.http_status != 0) count(counters_.statuses, why.http_status);
}

endpoint_counters connection_set::counters() {
    endpoint_counters all = counters_;
    all.connections = size();
    all.handshakes = unopened_;
    all.memory_used = memory().used();
    walk([&](const connection& one) {
        all.traffic += one.traffic();
        all.queued_bytes += one.buffered_amount();
        all.waiting += one.buffered_amount() != 0;
        const auto trip = one.round_trip();
        if (trip && one.is_open()) all.round_trips.add(trip->smoothed);
    });
    for (const auto& one : routes_) {
        if (!one->serves_websocket()) continue;
        endpoint_counters part;
        part.routes = {{one->host, one->path, one->subprotocol, one->opened, one->open}};
        all += part;
    }
    return all;
}

// --- connections that are opened again

reconnecting_connection::state&
connection_set::keep_connected(std::string_view target, handlers&& what,
                               reconnect_options&& options, function<void(connection&)>&& connect) {
    reserve_one(kept_);
    kept_.push_back(new reconnecting_connection::state(*this, std::string(target), std::move(what),
                                                       std::move(options), std::move(connect)));
    return *kept_.back();
}

void connection_set::forget(const reconnecting_connection::state& gone) noexcept {
    std::erase(kept_, &gone);
}

/// No connection may be opened again while all of them end.
void connection_set::stop(std::error_code why) noexcept {
    for (auto* const one : kept_) one->stop_trying();
    registry::stop(why);
}

void connection_set::on_shutdown(time_point deadline, function<void()> done) noexcept {
    for (auto* const one : kept_) one->stop_trying();
    take_drain_done();
    registry::on_shutdown(deadline, std::move(done));
}

void connection_set::on_driver_closed() noexcept {
    for (auto* const one : kept_) one->leave_endpoint();
    kept_.clear();
    take_drain_done();
    registry::on_driver_closed();
}

// --- draining

/// Closes the connections at equal intervals within the window, in no particular order. Those in
/// their handshake are refused when their request arrives; others end with the window.
void connection_set::drain(const drain_options& options, function<void()> done) {
    if (drain_ || shutting_down()) {
        return shut_down(later(driver().now(), options.finish), std::move(done));
    }
    prepare_shutdown();
    drain_ = std::make_unique<drain_in_progress>(*this, options, std::move(done));
    unrouted_.session.retry_after = options.retry_after; // for handshakes that the window cuts off
    for (const auto& one : routes_) one->session.retry_after = options.retry_after;
    std::size_t count = 0;
    walk([&](const connection& one) { count += one.is_open(); });
    std::size_t at = 0;
    walk([&](connection& one) {
        if (!one.is_open()) return;
        const double part = static_cast<double>(at++) / static_cast<double>(count);
        close_in_drain(one, later(driver().now(), fraction_of(options.window, part)));
    });
    driver().arm(*drain_, drain_->ends_at());
    driver().work_started();
    end_drain_if_empty();
}

/// Ends the drain early, unless it must go on answering handshakes.
void connection_set::end_drain_if_empty() noexcept {
    if (drain_ && size() == 0 && !drain_->options().keep_listening) driver().defer(*drain_);
}

http_response connection_set::drain_refusal() const {
    return drain_->refusal();
}

void connection_set::close_at_end_of_drain(connection& opened) noexcept {
    close_in_drain(opened, drain_->ends_at());
}

/// If there is no memory to schedule the close, the connection is closed with 1001 at the end of
/// the window.
void connection_set::close_in_drain(connection& one, time_point when) noexcept {
    const auto& options = drain_->options();
    try {
        one.limit_lifetime(when, options.code, options.reason);
    } catch (const std::bad_alloc&) {
        return;
    }
}

/// Ends the drain; its `done` is called when the shutdown that follows is complete.
void connection_set::take_drain_done() noexcept {
    if (!drain_) return;
    drain_in_progress* const drained = drain_.release(); // one of its functions may be on the stack
    driver().disarm(*drained);
    driver().work_finished();
    add_done(drained->take_done());
    driver().retire(drained);
}

/// Called when the window has passed, or when no connection is left.
void connection_set::end_drain() noexcept {
    if (!drain_) return;
    const duration finish = drain_->options().finish;
    on_shutdown(later(driver().now(), finish), {});
}

void connection_set::dismiss() noexcept {
    for (auto* const one : kept_) one->leave_endpoint();
    kept_.clear();
    take_drain_done();
    registry::dismiss();
}

void connection_set::on_interrupt() {
    interrupt(unrouted_.handlers.interrupt);
    for (std::size_t at = 0; at < routes_.size(); ++at) {
        if (!routes_[at]->replaced) interrupt(routes_[at]->handlers.interrupt);
    }
    walk([&](connection& one) {
        if (!one.extras() || !one.extras()->own_route) return;
        interrupt(one.extras()->own_route->handlers.interrupt);
    });
}

} // namespace weft
