// SPDX-License-Identifier: MIT
// Routes found, connections kept, and all of them ended.
#include "connection/connection_set.hpp"

#include <algorithm>
#include <utility>

#include <weft/core/error.hpp>

#include "connection/connection_details.hpp"
#include "connection/redirect.hpp"
#include "stream/room_for_one.hpp"

namespace weft {
namespace {

session_options as_session_options(role plays, const connection_options& options,
                                   driver& owner) {
    return {plays, options.limits, options.timeouts, &owner.random()};
}

/// How specific a route is: a host before none, an exact path or host before any with an asterisk,
/// of these a long one before a short one.
std::pair<std::size_t, std::size_t> weight(const route& which) noexcept {
    const bool some_hosts = which.host.starts_with('*') || which.host.empty();
    return {some_hosts ? which.host.size() : SIZE_MAX,
            which.path.ends_with('*') ? which.path.size() : SIZE_MAX};
}

} // namespace

connection_set::connection_set(weft::driver& owner)
    : driver_(owner),
      unrouted_{this, {}, {}, {}, {}, {}, as_session_options(role::server, {}, owner)} {
    driver_.take_place(*this);
    driver_.enroll(*this);
}

connection_set::~connection_set() = default;

// --- routes

void connection_set::add_route(std::string_view path, handlers&& what,
                               const route_options& options) {
    auto added = std::make_unique<route>(
        route{this, to_lower(options.host), std::string(path), options.subprotocol,
              std::move(what), options.connection,
              as_session_options(role::server, options.connection, driver_)});
    routes_.push_back(std::move(added));
}

bool connection_set::knows_path(const http_request& request) const {
    const auto host = host_name(request);
    return std::any_of(routes_.begin(), routes_.end(), [&](const auto& one) {
        return one->serves_host(host) && one->matches(request.path()) && one->serves_websocket();
    });
}

route* connection_set::find(const http_request& request, const upgrade_offer* offer) {
    route* best = nullptr;
    std::size_t best_rank = SIZE_MAX; // place of the subprotocol in the client's list
    const auto host = host_name(request);
    for (const auto& one : routes_) {
        if (!one->serves_host(host) || !one->matches(request.path())) continue;
        std::size_t rank = SIZE_MAX - 1; // without a subprotocol: after all that were offered
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
        const bool better_rank = best && weight(*one) == weight(*best) && rank < best_rank;
        if (!best || more_specific || better_rank) {
            best = one.get();
            best_rank = rank;
        }
    }
    return best;
}

// --- connections

connection& connection_set::add(route& by, std::unique_ptr<connection::details> dialled) {
    make_room_for_one(connections_);
    auto* added = new connection(by, driver_.now(), std::move(dialled));
    added->index_ = static_cast<std::uint32_t>(connections_.size());
    added->walked_ = walked_;
    connections_.push_back(added);
    ++unopened_;
    return *added;
}

connection& connection_set::add_served() {
    return add(unrouted_, nullptr);
}

connection& connection_set::add_dialled(const uri& target, handlers&& what,
                                        dial_options&& options) {
    auto own = std::make_unique<route>(
        route{this, {}, {}, {}, std::move(what), options.connection,
              as_session_options(role::client, options.connection, driver_)});
    auto dialled = std::make_unique<connection::details>();
    dialled->uri = target;
    dialled->dialling_deadline = deadline_after(driver_.now(), options.connect_timeout);
    dialled->dialled_with = std::move(options);
    route& by = *own;
    dialled->own_route = std::move(own);
    return add(by, std::move(dialled));
}

void connection_set::redial(connection& from, const uri& target) {
    dial_options options = from.details_->dialled_with;
    forget_secrets(options, *from.details_->uri, target);
    connection& next = add_dialled(target, {}, std::move(options));
    next.route_->handlers = std::move(from.route_->handlers);
    next.details_->redirects = from.details_->redirects + 1;
    next.details_->data = std::move(from.details_->data);
    next.withdraw_ticket();
    next.details_->ticket = std::exchange(from.details_->ticket, std::nullopt);
    if (next.details_->ticket) driver_.hand_on(*next.details_->ticket, &next);
    redial_(next);
}

void connection_set::remove(connection& gone) noexcept {
    connection* last = connections_.back();
    connections_[gone.index_] = last;
    last->index_ = gone.index_;
    connections_.pop_back();
    if (!gone.opened_) --unopened_;
    if (gone_hears_) gone_hears_(gone);
    if (gone.awaited_ && --awaited_ == 0 && shutting_down_) driver_.defer(*this);
}

/// Calls `visit` once for each connection, which may end any of them.
///
/// One that ends leaves its place to the last. So a walk from the end sees all that were there,
/// and their mark says whom it sees for the second time.
template <class Visit>
void connection_set::walk(Visit&& visit) {
    const bool mark = walked_ = !walked_;
    for (auto at = connections_.size(); at-- != 0;) {
        if (at >= connections_.size()) continue; // several have ended
        connection& one = *connections_[at];
        if (one.walked_ == mark) continue;
        one.walked_ = mark;
        visit(one);
    }
}

void connection_set::for_each(function<void(connection&)>& visit) {
    walk([&](connection& one) {
        if (!one.ended_) visit(one);
    });
}

// --- the end

void connection_set::shut_down(time_point deadline, function<void()> done) {
    prepare_shutdown();
    on_shutdown(deadline, std::move(done));
}

void connection_set::prepare_shutdown() {
    make_room_for_one(done_);
}

void connection_set::on_shutdown(time_point deadline, function<void()> done) noexcept {
    if (done) done_.push_back(std::move(done)); // there is room
    if (!std::exchange(shutting_down_, true)) driver_.work_started();
    for (connection* one : connections_) {
        one->awaited_ = true;
        one->end_for_shutdown(errc::shut_down);
    }
    awaited_ = connections_.size();
    driver_.arm(*this, deadline);
    driver_.defer(*this);
}

void connection_set::stop(std::error_code why) noexcept {
    for (connection* one : connections_) one->end_at_once(why);
    // Those whose end has been told only wait for the peer.
    for (auto at = connections_.size(); at-- != 0;) {
        if (connections_[at]->ended_) connections_[at]->die();
    }
}

void connection_set::expire() noexcept {
    stop(errc::shut_down);
}

void connection_set::run() noexcept {
    if (!shutting_down_ || awaited_ != 0) return;
    shutting_down_ = false;
    driver_.disarm(*this);
    driver_.work_finished();
    call_done();
}

/// One that destroys the endpoint returns after all of them have been called.
void connection_set::call_done() noexcept {
    call_due();
    std::swap(done_, due_);
    call_due();
}

void connection_set::call_due() noexcept {
    while (!due_.empty()) {
        auto next = std::move(due_.front());
        due_.erase(due_.begin());
        call(next);
    }
}

void connection_set::call(function<void()>& handler) noexcept {
    const driver::activity running(driver_, *this);
    driver_.handler_called();
    try {
        handler();
    } catch (...) {
        driver_.handler_threw(std::current_exception());
    }
}

void connection_set::drop_all() noexcept {
    gone_ = true;
    if (std::exchange(shutting_down_, false)) driver_.work_finished();
    driver_.disarm(*this);
    driver_.cancel(*this);
    while (!connections_.empty()) connections_.back()->dismiss();
}

void connection_set::dismiss() noexcept {
    driver_.leave(*this);
    drop_all(); // also what was begun after the driver had closed
    call_done();
    driver_.bury(this);
}

void connection_set::on_driver_closed() noexcept {
    drop_all();
    call_done();
}

void connection_set::on_interrupt() {
    const auto interrupt = [this](route& which) {
        if (!gone_ && which.handlers.interrupt) call(which.handlers.interrupt);
    };
    for (std::size_t at = 0; at < routes_.size(); ++at) interrupt(*routes_[at]);
    walk([&](connection& one) {
        if (one.details_ && one.details_->own_route) interrupt(*one.details_->own_route);
    });
}

} // namespace weft
