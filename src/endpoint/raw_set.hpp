// SPDX-License-Identifier: MIT
// The raw connections of one endpoint, and the handlers they share.
#pragma once

#include <memory>
#include <span>

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
    byte_queue early; // bytes that other code has read

    // for an outbound connection
    std::unique_ptr<raw_route> own_route;
    class connector* connecting = nullptr; // until it has called back
    duration connect_timeout{};
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
                                  duration connect_timeout);

    /// Adds a connection whose stream follows at once. Its end does not wait for the peer's.
    raw_connection& add_file();
    void remove(raw_connection& gone) noexcept;

    /// Returns the connection of a file; null once its end has been reported.
    [[nodiscard]] raw_connection* only() const noexcept;

    /// Sets a function to call for each connection that was removed; it must call no handler.
    void on_gone(function<void()> hear) { gone_hears_ = std::move(hear); }

    void on_interrupt() override;

    /// Sets the handler called when `wake` has woken the loop, with or without connections.
    void interrupt_handler(function<void()> handler) {
        shared_.handlers.interrupt = std::move(handler);
    }

private:
    raw_connection& add(raw_route& by, std::unique_ptr<raw_connection::details> own);

    raw_route shared_;
    function<void()> gone_hears_;
};

} // namespace weft
