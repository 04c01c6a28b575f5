// SPDX-License-Identifier: MIT
// A weak reference to a raw connection, for any thread and for keeping.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <weft/core/function.hpp>
#include <weft/stream/driver.hpp>

namespace weft {

class raw_connection;

/// Refers to a raw connection without keeping it; copyable, and safe on any thread.
///
/// Each function posts to the loop and does its work there, or nothing if the connection has ended
/// by then. They return false when the loop itself is gone. An empty handle refers to nothing.
class raw_handle {
public:
    raw_handle() = default;

    bool send(std::string bytes) const;
    bool send(std::vector<std::byte> bytes) const;

    /// Ends the connection after all that was sent; before it is open, like `abort`.
    bool close() const;

    /// Ends the connection at once.
    bool abort() const;

    /// Calls `work` with the connection on the loop's thread.
    bool with(function<void(raw_connection&)> work) const;

private:
    friend class raw_connection;

    raw_handle(driver& owner, driver::ticket issued)
        : mailbox_(owner.mailbox()), driver_(&owner), ticket_(issued) {}

    std::shared_ptr<mailbox> mailbox_;
    driver* driver_ = nullptr; // used on its own thread only, where it lives if it takes mail
    driver::ticket ticket_;
};

} // namespace weft
