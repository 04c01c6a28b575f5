// SPDX-License-Identifier: MIT
// Forwards the functions of reconnecting_connection and reconnect_attempt to the state.
#include <weft/connection/reconnecting_connection.hpp>

#include <utility>

#include <weft/core/error.hpp>

#include "connection/reconnect_ticket.hpp"
#include "connection/reconnecting_state.hpp"

namespace weft {

reconnecting_connection::~reconnecting_connection() {
    if (state_) state_->dismiss();
}

reconnecting_connection::reconnecting_connection(reconnecting_connection&& other) noexcept
    : driver_owner_(std::move(other.driver_owner_)), state_(std::exchange(other.state_, nullptr)) {}

reconnecting_connection&
reconnecting_connection::operator=(reconnecting_connection&& other) noexcept {
    if (this == &other) return *this;
    reconnecting_connection last(std::move(*this));
    driver_owner_ = std::move(other.driver_owner_);
    state_ = std::exchange(other.state_, nullptr);
    return *this;
}

send_result reconnecting_connection::send(message whole) {
    if (!state_) return send_result::closed;
    state_->driver().require_owner("reconnecting_connection::send");
    return state_->send(whole);
}

void reconnecting_connection::close(close_code code, std::string_view reason) {
    if (!state_) return;
    state_->driver().require_owner("reconnecting_connection::close");
    state_->close(code, reason);
}

void reconnecting_connection::try_now() {
    if (!state_) return;
    state_->driver().require_owner("reconnecting_connection::try_now");
    state_->try_now();
}

connection* reconnecting_connection::current() const noexcept {
    return state_ ? state_->current() : nullptr;
}

bool reconnecting_connection::ended() const noexcept {
    return !state_ || state_->ended();
}

std::size_t reconnecting_connection::failures() const noexcept {
    return state_ ? state_->failures() : 0;
}

std::optional<time_point> reconnecting_connection::next_attempt() const noexcept {
    return state_ ? state_->next_attempt() : std::nullopt;
}

std::size_t reconnecting_connection::queued_bytes() const noexcept {
    return state_ ? state_->queued_bytes() : 0;
}

// --- one attempt

reconnect_attempt::reconnect_attempt(std::unique_ptr<ticket> of) noexcept
    : ticket_(std::move(of)) {}

reconnect_attempt::reconnect_attempt(reconnect_attempt&& other) noexcept = default;

reconnect_attempt::~reconnect_attempt() {
    fail(errc::aborted);
}

reconnect_attempt& reconnect_attempt::operator=(reconnect_attempt&& other) noexcept {
    if (this != &other) {
        fail(errc::aborted);
        ticket_ = std::move(other.ticket_);
    }
    return *this;
}

bool reconnect_attempt::wanted() const noexcept {
    return ticket_ && ticket_->owner();
}

std::size_t reconnect_attempt::failures() const noexcept {
    return wanted() ? ticket_->owner()->failures() : 0;
}

connect_options* reconnect_attempt::options() const noexcept {
    return wanted() ? &ticket_->owner()->options().connect : nullptr;
}

void reconnect_attempt::target(std::string_view uri) {
    if (wanted()) ticket_->owner()->target(uri);
}

void reconnect_attempt::header(std::string_view name, std::string value) {
    if (!wanted()) return;
    auto& headers = options()->headers;
    const auto same = [&](const auto& one) { return equal_ignoring_case(one.name, name); };
    http_field added{std::string(name), std::move(value)};
    headers.reserve(headers.size() + 1); // if this throws, the old ones are still there
    std::erase_if(headers, same);
    headers.push_back(std::move(added));
}

void reconnect_attempt::start() {
    const auto once = std::move(ticket_);
    if (once && once->owner()) once->owner()->start_attempt();
}

void reconnect_attempt::fail(std::error_code why) {
    const auto once = std::move(ticket_);
    if (once && once->owner()) once->owner()->fail_attempt(why);
}

} // namespace weft
