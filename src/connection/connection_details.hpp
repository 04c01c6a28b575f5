// SPDX-License-Identifier: MIT
// State that only some WebSocket connections need; the others spend no memory on it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <weft/connection/connection.hpp>
#include <weft/connection/message_source.hpp>
#include <weft/connection/route.hpp>

#include "connection/channel_extra.hpp"
#include "connection/output_run.hpp"

namespace weft {

/// Output of at least this size is written at once, without waiting for the end of the turn.
inline constexpr std::size_t output_that_leaves_at_once = 64 * 1024;

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

/// Lends the session scratch memory, outside the connection's own handlers.
class connection::borrowed_scratch {
public:
    explicit borrowed_scratch(connection& to) noexcept
        : to_(to), lent_(to.driver().take_scratch()) {
        if (lent_) to_.session_.borrow(*lent_);
    }
    borrowed_scratch(const borrowed_scratch&) = delete;
    borrowed_scratch& operator=(const borrowed_scratch&) = delete;
    /// Returns false if there is no memory to lend.
    [[nodiscard]] explicit operator bool() const noexcept { return lent_ != nullptr; }

    ~borrowed_scratch() {
        if (lent_) to_.session_.settle();
        to_.driver().give_back(lent_);
    }

private:
    connection& to_;
    scratch* lent_;
};

/// A client that has not authenticated yet.
class connection::authentication final : public timed_work_item {
public:
    explicit authentication(connection& which) : which_(&which) {
        which.driver().take_place(*this);
    }

    /// Counts the bytes of the first message. Returns false if there is more than that message.
    [[nodiscard]] bool take(std::size_t size, bool ends) noexcept {
        if (complete_) return false;
        size_ += size;
        complete_ = ends;
        return true;
    }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
    void expire() noexcept override { run(); }
    void run() noexcept override {
        if (!which_->is_open()) return;
        if (which_->input_comes_first()) return which_->driver().defer(*this);
        which_->end_unauthenticated();
    }

    connection* which_;
    std::size_t size_ = 0;
    bool complete_ = false;
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
    std::uint64_t number_in_log = 0; // 0: it has none yet
    std::optional<address> named; // the client's address, as a proxy reported it

    std::unique_ptr<scheduled_close> lifetime; // for `connection_options::lifetime_max`
    std::unique_ptr<scheduled_close> expiry;   // for `close_at`

    std::unique_ptr<authentication> first_message; // until the client has authenticated

    std::shared_ptr<outgoing_source> source; // shared with the call that is asking it
    std::size_t held_size = 0; // of messages that wait behind it, apart from those of handles

    // for an outbound connection
    std::unique_ptr<route> own_route;
    std::optional<weft::uri> uri;

    run_place* place = nullptr; // valid while the connection is in a run
};

inline connection::details* connection::extras() const noexcept {
    return static_cast<details*>(extra_.get());
}

} // namespace weft
