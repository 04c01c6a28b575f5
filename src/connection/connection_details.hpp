// SPDX-License-Identifier: MIT
// State that only some WebSocket connections need; the others spend no memory on it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <weft/connection/connection.hpp>
#include <weft/connection/route.hpp>

#include "connection/channel_extra.hpp"

namespace weft {

/// Closes a connection at a deadline.
class connection::scheduled_close final : public timed_work_item {
public:
    scheduled_close(connection& which, close_code code, std::string reason)
        : which_(&which), code_(code), reason_(std::move(reason)) {
        which.driver().take_place(*this);
    }

    void move_to(connection& which) noexcept { which_ = &which; }

private:
    void expire() noexcept override { which_->close(code_, reason_); }

    connection* which_;
    close_code code_;
    std::string reason_;
};

struct connection::details final : channel::extra {
    std::string subprotocol;
    std::optional<address> named; // the client's address, as a proxy reported it

    std::unique_ptr<scheduled_close> lifetime; // for `connection_options::lifetime_max`
    std::unique_ptr<scheduled_close> expiry;   // for `close_at`

    // for an outbound connection
    std::unique_ptr<route> own_route;
    std::optional<weft::uri> uri;
};

inline connection::details* connection::extras() const noexcept {
    return static_cast<details*>(extra_.get());
}

} // namespace weft
