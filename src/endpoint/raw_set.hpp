// SPDX-License-Identifier: MIT
// The raw connections of one endpoint, and the handlers they share.
#pragma once

#include <memory>
#include <span>

#include <weft/endpoint/raw_connection.hpp>

#include "connection/channel_extra.hpp"
#include "stream/registry.hpp"

namespace weft {

/// What connections share: the handlers that hear them, and their options.
struct raw_route {
    raw_handlers handlers;
    raw_options options;
};

/// What only some raw connections have.
struct raw_connection::details final : channel::extra {
    byte_queue early; // bytes that somebody else has read

    // of an outbound connection, or of a file
    std::unique_ptr<raw_route> own_route;
    class connector* connecting = nullptr; // until it has told
    duration connect_timeout{};
};

inline raw_connection::details* raw_connection::extras() const noexcept {
    return static_cast<details*>(extra_.get());
}

class raw_set final : public registry<raw_connection> {
public:
    /// `shared` is for those connections that have no handlers of their own.
    raw_set(weft::driver& owner, raw_route shared);

    /// Both throw std::bad_alloc; then nothing was done. The stream is left where it was.
    raw_connection& serve(std::unique_ptr<stream>&& connected,
                          std::span<const std::byte> already_read);
    raw_connection& begin_connect(raw_handlers&& what, const raw_options& options,
                                  duration connect_timeout);

    /// One whose stream comes at once. Nobody waits for the end of its other side.
    raw_connection& add_file();
    void remove(raw_connection& gone) noexcept;

    /// The connection of a file, until its end has been told.
    [[nodiscard]] raw_connection* only() const noexcept;

    /// Hears of each connection that is no more; calls no handler.
    void on_gone(function<void()> hear) { gone_hears_ = std::move(hear); }

    void on_interrupt() override;

    /// Hears of `wake` with or without connections.
    void interrupt_handler(function<void()> handler) {
        shared_.handlers.interrupt = std::move(handler);
    }

private:
    raw_connection& add(raw_route& by, std::unique_ptr<raw_connection::details> own);

    raw_route shared_;
    function<void()> gone_hears_;
};

} // namespace weft
