// SPDX-License-Identifier: MIT
// State that only some WebSocket connections need; the others spend no memory on it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <weft/connection/connection.hpp>
#include <weft/connection/message_source.hpp>
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

/// A message that a source supplies, while it is being sent.
struct connection::outgoing_source {
    message_source source;
    compression choice;
    std::span<const std::byte> rest = {}; // of the last piece
    bool has_ended = false;               // that piece is the last one
};

struct connection::details final : channel::extra {
    std::string subprotocol;
    std::optional<address> named; // the client's address, as a proxy reported it

    std::unique_ptr<scheduled_close> lifetime; // for `connection_options::lifetime_max`
    std::unique_ptr<scheduled_close> expiry;   // for `close_at`

    std::shared_ptr<outgoing_source> source; // shared with the call that is asking it
    std::size_t held_size = 0; // of messages that wait behind it, apart from those of handles

    // for an outbound connection
    std::unique_ptr<route> own_route;
    std::optional<weft::uri> uri;
};

inline connection::details* connection::extras() const noexcept {
    return static_cast<details*>(extra_.get());
}

} // namespace weft
