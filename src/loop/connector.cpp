// SPDX-License-Identifier: MIT
// The steps from a name to a connected socket.
#include "loop/connector.hpp"

#include <algorithm>
#include <utility>

#include <weft/core/error.hpp>
#include <weft/loop/resolve_error.hpp>

#include "loop/loop_state.hpp"
#include "stream/reserve_one.hpp"

namespace weft {
namespace {

/// On a Unix-domain socket, connect(2) does not wait for room in the backlog, so it is repeated.
constexpr duration local_retry_delay = std::chrono::milliseconds(10);

/// Returns true for errors that only mean that this machine has no route to such an address.
bool means_no_route(std::error_code why) noexcept {
    return why == std::errc::network_unreachable || why == std::errc::host_unreachable ||
           why == std::errc::address_not_available ||
           why == std::errc::address_family_not_supported;
}

} // namespace

connector::connector(loop_state& loop, connect_plan plan, connected then)
    : loop_(loop), plan_(std::move(plan)), then_(std::move(then)),
      race_(plan_.attempt_delay, plan_.resolution_delay) {
    loop_.take_place(*this);
}

connector& connector::start(loop_state& loop, connect_plan plan, connected then) {
    auto* made = new connector(loop, std::move(plan), std::move(then));
    loop.defer(*made);
    return *made;
}

void connector::cancel() noexcept {
    if (!ended_) stop();
}

void connector::expire() noexcept {
    run();
}

void connector::run() noexcept {
    if (ended_) return;
    take([this] {
        if (!std::exchange(begun_, true)) begin();
        if (!ended_) try_addresses();
    });
}

/// Runs a step; one that finds no memory ends the attempt.
template <class Step>
void connector::take(Step&& step) noexcept {
    try {
        step();
    } catch (const std::bad_alloc&) {
        error_ = std::make_error_code(std::errc::not_enough_memory);
        if (!ended_) report_failure();
    }
}

// --- names

void connector::begin() {
    if (plan_.begun) plan_.begun(*this);
    look_up();
}

/// Looks up the name. RFC 6761 §6.3 and hosts(5) take precedence over the resolver. The resolver
/// may end this connector.
void connector::look_up() {
    auto known = std::move(plan_.addresses);
    if (known.empty()) {
        auto asked = query_.ask(loop_, plan_.host, plan_.port, *this, *this);
        if (ended_) return;
        if (asked && asked->empty()) return; // the resolver will answer
        if (asked) known = std::move(*asked);
        else error_ = asked.error();
    }
    race_.add(known, loop_.now());
    race_.complete();
}

void connector::on_found(std::span<const address> some) noexcept {
    take([&] {
        race_.add(usable(some, plan_.port), loop_.now());
        loop_.defer(*this);
    });
}

void connector::on_no_more(std::error_code why) noexcept {
    if (!tried_) error_ = why ? why : resolve_error::no_address;
    race_.complete();
    loop_.defer(*this);
}

// --- addresses

void connector::try_addresses() {
    while (const auto next = race_.next(loop_.now())) {
        try_address(*next);
        if (ended_) return;
    }
    if (attempts_.empty() && race_.over()) return report_failure();
    loop_.arm(*this, race_.next_deadline());
}

void connector::try_address(const address& where) {
    if (!std::exchange(tried_, true)) {
        error_ = {};
        if (plan_.resolved) plan_.resolved(*this);
    }
    reserve_one(attempts_);
    auto* attempt = &loop_.network().make_attempt(loop_, *this);
    attempts_.push_back(attempt);
    if (!error_) at_ = where;
    const auto why = attempt->begin(where, plan_.socket);
    if (!why || ended_) return;
    std::erase(attempts_, attempt);
    attempt->abandon();
    if (where.is_local() && why == std::errc::resource_unavailable_try_again) {
        return race_.put_back(where, later(loop_.now(), local_retry_delay));
    }
    remember(why, where);
    race_.hurry();
}

void connector::on_attempt_ended(connect_attempt& which, std::error_code why) {
    if (!why) return finish(phase::connect, which.take());
    std::erase(attempts_, &which);
    remember(why, which.where());
    which.abandon();
    race_.hurry();
    loop_.defer(*this);
}

/// Keeps the most informative error, and among equals the last.
void connector::remember(std::error_code why, const address& where) noexcept {
    if (error_ && !means_no_route(error_) && means_no_route(why)) return;
    error_ = why;
    take([&] { at_ = where; });
}

// --- the end

void connector::report_failure() {
    finish(tried_ ? phase::connect : phase::resolve, failure(error_));
}

void connector::finish(phase at, result<owned_socket> outcome) {
    auto then = std::move(then_);
    stop();
    then(at, std::move(outcome));
}

void connector::stop() noexcept {
    ended_ = true;
    query_.cancel();
    for (auto* attempt : attempts_) {
        attempt->abandon();
    }
    attempts_.clear();
    loop_.disarm(*this);
    loop_.cancel(*this);
    loop_.retire(this);
}

} // namespace weft
