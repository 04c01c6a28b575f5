// SPDX-License-Identifier: MIT
// A weak reference to a connection, for any thread and for keeping.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <weft/core/close_code.hpp>
#include <weft/core/function.hpp>
#include <weft/stream/driver.hpp>

namespace weft {

class connection;

/// Refers to a connection without keeping it; copyable, and safe on any thread.
///
/// Each function posts to the connection's driver and does its work there, or nothing if the
/// connection has ended by then. They return false when the driver itself is gone. An empty
/// handle refers to nothing.
class connection_handle {
public:
    connection_handle() = default;

    /// Sends a text or a binary message.
    bool send(std::string text) const;
    bool send(std::vector<std::byte> bytes) const;

    /// Begins the closing handshake; before the connection is open it ends like `abort`.
    bool close(close_code code = close_code::normal, std::string reason = {}) const;

    /// Ends the connection at once.
    bool abort() const;

    /// Calls `work` with the connection on the driver's thread.
    bool with(function<void(connection&)> work) const;

private:
    friend class connection;

    connection_handle(driver& owner, driver::ticket issued)
        : mailbox_(owner.mailbox()), driver_(&owner), ticket_(issued) {}

    std::shared_ptr<mailbox> mailbox_;
    driver* driver_ = nullptr; // used on its own thread only, where it lives if it takes mail
    driver::ticket ticket_;
};

} // namespace weft
