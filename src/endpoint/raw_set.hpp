// SPDX-License-Identifier: MIT
// The raw connections of one endpoint, and the handlers they share.
#pragma once

#include <memory>
#include <span>

#include <weft/core/memory_account.hpp>
#include <weft/endpoint/raw_connection.hpp>

#include "connection/channel_extra.hpp"
#include "stream/registry.hpp"

namespace weft {

/// Handlers and options that raw connections share.
struct raw_route {
    raw_handlers handlers;
    raw_options options;
};

/// State that only some raw connections need.
struct raw_connection::details final : channel::extra {
    byte_queue early; // bytes that other code has read, not delivered yet
    memory_account::holder counted; // the memory that was last counted for the connection

    // for an outbound connection
    std::unique_ptr<raw_route> own_route;
};

inline raw_connection::details* raw_connection::extras() const noexcept {
    return static_cast<details*>(extra_.get());
}

class raw_set final : public registry<raw_connection> {
public:
    /// `shared` serves the connections that have no handlers of their own.
    raw_set(weft::driver& owner, raw_route shared);

    /// Both throw std::bad_alloc; then nothing was done, and the stream was not moved from.
    raw_connection& serve(std::unique_ptr<stream>&& connected,
                          std::span<const std::byte> already_read);
    raw_connection& begin_connect(raw_handlers&& what, const raw_options& options,
                                  connect_options&& with);

    /// Adds the connection of a file. The caller attaches its stream at once. Its `close` does not
    /// wait for the peer to end its side.
    raw_connection& add_file();
    void remove(raw_connection& gone) noexcept;

    /// Returns the connection of a file; null once its end has been reported.
    [[nodiscard]] raw_connection* only() const noexcept;

    /// Returns whether a connection may be ended now to make room for another.
    [[nodiscard]] static bool may_drop(const raw_connection& served) noexcept {
        return served.depth_ == 0;
    }
    static void drop(raw_connection& served, std::error_code why) noexcept {
        served.end_at_once(why);
    }

    /// Set a function to call for each connection that has opened, that has received its first
    /// byte, or that was removed. The function must not call the application's handlers.
    void on_opened(function<void(const raw_connection&)> handler) {
        on_opened_ = std::move(handler);
    }
    void on_first_byte(function<void(const raw_connection&)> handler) {
        on_first_byte_ = std::move(handler);
    }
    void on_removed(function<void(const raw_connection&)> handler) {
        on_removed_ = std::move(handler);
    }

    void opened(const raw_connection& one) {
        if (on_opened_) on_opened_(one);
    }
    void first_byte_arrived(const raw_connection& one) {
        if (on_first_byte_) on_first_byte_(one);
    }

    void on_interrupt() override;

    /// Sets the handler called when `event_loop::wake` has woken the loop, with or without
    /// connections.
    void interrupt_handler(function<void()> handler) {
        shared_.handlers.interrupt = std::move(handler);
    }

private:
    raw_connection& add(raw_route& by, std::unique_ptr<raw_connection::details> own);

    raw_route shared_;
    function<void(const raw_connection&)> on_opened_;
    function<void(const raw_connection&)> on_first_byte_;
    function<void(const raw_connection&)> on_removed_;
};

} // namespace weft
