// SPDX-License-Identifier: MIT
// A connection until its client has authenticated by its first message.
#include <memory>
#include <utility>

#include <weft/connection/connection.hpp>
#include <weft/core/error.hpp>

#include "connection/connection_details.hpp"
#include "connection/connection_set.hpp"

namespace weft {

void connection::await_authentication() {
    if (role() == weft::role::client) return;
    auto wait = std::make_unique<authentication>(*this);
    driver().arm(*wait, later(driver().now(), route_->options.authenticate_within));
    more().first_message = std::move(wait);
    unauthenticated_ = true;
    session_.change_options(route_->before_authentication);
}

/// Returns whether the event of an unauthenticated client may be reported: of its messages, only
/// the first. If not, ends the connection.
bool connection::may_report(const event& what) noexcept {
    const bool whole = what.type == event_type::message;
    if (!whole && what.type != event_type::part) return true;
    auto& wait = *extras()->first_message;
    if (!wait.take(what.payload.size(), whole || what.is_last)) {
        end_unauthenticated();
        return false;
    }
    // Parts are split at the limit instead of being refused.
    if (wait.size() <= route_->before_authentication.limits.message_size_max) return true;
    session_.fail(errc::message_too_big, driver().now());
    return false;
}

void connection::end_unauthenticated() noexcept {
    if (!is_open()) return;
    session_.fail(errc::unauthenticated, driver().now());
    driver().defer(*this);
}

void connection::confirm_authentication() noexcept {
    driver().require_owner("connection::confirm_authentication");
    if (dead_ || !std::exchange(unauthenticated_, false)) return;
    session_.change_options(route_->session);
    extras()->first_message.reset();
    looked_ = false; // that deadline is gone
}

} // namespace weft
