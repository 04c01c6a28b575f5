// SPDX-License-Identifier: MIT
// Connects again when a connection has ended: prepares attempts, waits before them, and keeps the
// messages that are sent meanwhile.
#include "connection/reconnecting_state.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include <weft/connection/stream_endpoint.hpp>
#include <weft/core/error.hpp>

#include "connection/reconnect_ticket.hpp"
#include "core/reported_target.hpp"

namespace weft {
namespace {

/// The bytes that a kept message counts in addition to its payload.
constexpr std::size_t message_overhead = 64;

/// Weft itself never closes with 1000.
bool closed_by_application(const report& why) noexcept {
    return why.began == side::local && why.sent && why.sent->code == close_code::normal;
}

/// The server closed with 3000 (unauthorized): the next attempt may have other credentials.
bool has_expired(const report& why) noexcept {
    return why.began == side::peer && why.received && why.received->code == close_code(3000);
}

} // namespace

reconnecting_connection::state::state(connection_set& of, std::string target, handlers&& what,
                                      reconnect_options&& options,
                                      function<void(connection&)>&& connect)
    : driver_(of.driver()), set_(&of), connect_(std::move(connect)),
      link_(std::make_shared<link>(link{this})), target_(std::move(target)), user_(std::move(what)),
      options_(std::move(options)) {
    driver_.arm(*this, driver_.now());
    driver_.enroll(*this);
    driver_.work_started();
}

void reconnecting_connection::state::dismiss() noexcept {
    link_->to = nullptr;
    dismissed_ = true;
    stop_trying();
    if (current_) {
        stream_endpoint::drop(*current_, errc::aborted);
    } else {
        stream_endpoint::drop(handle_, errc::aborted);
    }
    if (set_) set_->forget(*this);
    driver_.leave(*this);
    driver_.retire(this);
}

void reconnecting_connection::state::leave_endpoint() noexcept {
    stop_trying();
    set_ = nullptr;
    current_ = nullptr;
    driver_.leave(*this);
}

void reconnecting_connection::state::stop_trying() noexcept {
    ended_ = true;
    ++link_->attempt;
    driver_.disarm(*this);
    driver_.cancel(*this);
    drop_queue();
    if (std::exchange(counted_, false)) driver_.work_finished();
}

// --- from the driver

void reconnecting_connection::state::expire() noexcept {
    if (!ended_) prepare();
}

/// Reports that the attempt could not be made.
void reconnecting_connection::state::run() noexcept {
    if (ended_ || !prepare_error_) return;
    report why;
    why.phase = phase::connect;
    why.error = std::exchange(prepare_error_, {});
    try {
        report_facts known;
        known.target = for_reports(target_);
        why.facts = std::make_shared<report_facts>(std::move(known));
    } catch (const std::bad_alloc&) {
        // the report omits it
    }
    driver_.call(*this, [&] { failed(why); });
}

void reconnecting_connection::state::on_interrupt() {
    if (user_.interrupt) driver_.call(*this, [this] { user_.interrupt(); });
}

void reconnecting_connection::state::on_shutdown(time_point, function<void()> done) noexcept {
    stop_trying();
    done();
}

void reconnecting_connection::state::on_driver_closed() noexcept {
    stop_trying();
    current_ = nullptr;
}

// --- attempts

void reconnecting_connection::state::prepare() noexcept {
    if (!options_.prepare) return connect();
    step_ = step::preparing;
    std::unique_ptr<reconnect_attempt::ticket> next;
    try {
        next = std::make_unique<reconnect_attempt::ticket>(link_, ++link_->attempt);
    } catch (const std::bad_alloc&) {
        return fail_attempt(std::make_error_code(std::errc::not_enough_memory));
    }
    driver_.call(*this, [&] { options_.prepare(reconnect_attempt(std::move(next))); });
}

void reconnecting_connection::state::start_attempt() noexcept {
    ++link_->attempt;
    connect();
}

void reconnecting_connection::state::fail_attempt(std::error_code why) noexcept {
    ++link_->attempt;
    step_ = step::connecting;
    prepare_error_ = why;
    driver_.defer(*this);
}

void reconnecting_connection::state::connect() noexcept {
    step_ = step::connecting;
    try {
        const auto where = uri::parse(target_);
        auto with = connect_options(options_.connect);
        connection& outbound = where
            ? set_->add_outbound(*where, make_handlers(), std::move(with))
            : set_->add_malformed(target_, where.error(), make_handlers(), std::move(with));
        handle_ = outbound.handle(); // exists already: needs no memory
        if (where) connect_(outbound);
    } catch (const std::bad_alloc&) {
        const auto why = std::make_error_code(std::errc::not_enough_memory);
        if (handle_ == connection_handle()) return fail_attempt(why);
        stream_endpoint::drop(handle_, why); // its `fail` reports it
    }
}

/// The handlers of one connection. They do nothing once the state is dismissed.
handlers reconnecting_connection::state::make_handlers() {
    handlers made;
    made.open = [at = link_](connection& peer) {
        if (at->to) at->to->opened(peer);
    };
    made.writable = [at = link_](connection& peer) {
        if (at->to) at->to->flush();
        if (at->to && at->to->queue_.empty() && at->to->user_.writable) {
            at->to->user_.writable(peer);
        }
    };
    made.close = [at = link_](connection& peer, const report& why) {
        if (at->to) at->to->closed(peer, why);
    };
    made.fail = [at = link_](const report& why) {
        if (at->to) at->to->failed(why);
    };
    if (user_.message) {
        made.message = [at = link_](connection& peer, message whole) {
            if (at->to) at->to->user_.message(peer, whole);
        };
    }
    if (user_.part) {
        made.part = [at = link_](connection& peer, message_part part) {
            if (at->to) at->to->user_.part(peer, part);
        };
    }
    if (user_.ping) {
        made.ping = [at = link_](connection& peer, std::span<const std::byte> payload) {
            if (at->to) at->to->user_.ping(peer, payload);
        };
    }
    if (user_.pong) {
        made.pong = [at = link_](connection& peer, std::span<const std::byte> payload) {
            if (at->to) at->to->user_.pong(peer, payload);
        };
    }
    return made;
}

void reconnecting_connection::state::opened(connection& peer) {
    const auto alive = link_;
    step_ = step::connected;
    current_ = &peer;
    opened_at_ = driver_.now();
    if (user_.open) user_.open(peer);
    if (alive->to) flush();
}

void reconnecting_connection::state::closed(connection& peer, const report& why) {
    const auto alive = link_;
    current_ = nullptr;
    handle_ = {};
    step_ = step::waiting;
    const bool stable = driver_.now() - opened_at_ >= options_.stable_after;
    failures_ = stable ? 0 : failures_ + 1;
    try {
        if (user_.close) user_.close(peer, why);
    } catch (...) {
        if (alive->to) decide(why);
        throw;
    }
    if (alive->to) decide(why);
}

void reconnecting_connection::state::failed(const report& why) {
    const auto alive = link_;
    handle_ = {};
    step_ = step::waiting;
    ++failures_;
    try {
        if (user_.fail) user_.fail(why);
    } catch (...) {
        if (alive->to) decide(why);
        throw;
    }
    if (alive->to) decide(why);
}

// --- what follows an end

/// The application's handlers may have ended this, or called `try_now`.
void reconnecting_connection::state::decide(const report& why) {
    if (ended_) return;
    if (closed_by_application(why)) return stop_trying();
    if (armed()) return;
    auto standard = decide_reconnect(why, driver_.utc());
    if (options_.prepare && has_expired(why)) standard.again = true;
    reconnect_decision how = standard;
    const auto alive = link_;
    if (options_.decide) driver_.call(*this, [&] { how = options_.decide(why, standard); });
    if (!alive->to || ended_ || armed()) return;
    if (!how.again || failures_ > options_.failures_max) return give_up(why);
    wait(why, how);
}

duration reconnecting_connection::state::backoff() const noexcept {
    const std::size_t doublings = failures_ == 0 ? 0 : failures_ - 1;
    return doubled(options_.backoff_first, doublings, options_.backoff_max);
}

void reconnecting_connection::state::wait(const report& why, const reconnect_decision& how) {
    const duration random_part = random_delay(driver_.random(), std::max(backoff(), how.spread));
    const duration least = std::max(how.at_least, duration::zero());
    const duration whole = std::min(least, duration::max() - random_part) + random_part;
    driver_.arm(*this, later(driver_.now(), whole));
    if (options_.waiting) driver_.call(*this, [&] { options_.waiting(why, whole); });
}

void reconnecting_connection::state::give_up(const report& why) {
    stop_trying();
    if (options_.given_up) driver_.call(*this, [&] { options_.given_up(why); });
}

std::optional<time_point> reconnecting_connection::state::next_attempt() const noexcept {
    if (!armed()) return std::nullopt;
    return driver_.deadline(*this);
}

// --- commands

void reconnecting_connection::state::close(close_code code, std::string_view reason) {
    const bool was_connecting = !ended_ && step_ == step::connecting;
    stop_trying();
    if (current_) return current_->close(code, reason);
    if (!was_connecting) return;
    link_->to = nullptr; // so that `fail` is not called
    stream_endpoint::drop(handle_, errc::aborted);
}

void reconnecting_connection::state::try_now() {
    const bool waits = step_ == step::waiting || step_ == step::preparing;
    if (ended_ || !waits) return;
    ++link_->attempt;
    step_ = step::waiting;
    driver_.arm(*this, driver_.now());
}

send_result reconnecting_connection::state::send(message whole) {
    if (ended_) return send_result::closed;
    const bool ready = current_ && current_->is_open() && queue_.empty();
    return ready ? current_->send(whole) : keep(whole);
}

// --- messages that wait for a connection

send_result reconnecting_connection::state::keep(message whole) {
    const std::size_t size = whole.size() + message_overhead;
    const std::size_t room = options_.queue_size_max - std::min(queued_, options_.queue_size_max);
    if (size > room) return send_result::dropped;
    queue_.push_back({{whole.bytes().begin(), whole.bytes().end()}, whole.is_text()});
    queued_ += size;
    return send_result::backed_up;
}

/// Sends kept messages while the connection has room; its `writable` continues.
void reconnecting_connection::state::flush() {
    while (current_ && current_->is_open() && !queue_.empty()) {
        const stored_message& first = queue_.front();
        const auto answer = current_->send(message(first.bytes, first.is_text));
        if (answer == send_result::dropped || answer == send_result::closed) return;
        queued_ -= first.bytes.size() + message_overhead;
        queue_.pop_front();
        if (answer == send_result::backed_up) return;
    }
}

void reconnecting_connection::state::drop_queue() noexcept {
    queue_.clear();
    queued_ = 0;
}

} // namespace weft
