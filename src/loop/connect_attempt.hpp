// SPDX-License-Identifier: MIT
// The interface of one non-blocking attempt to connect to one address; each engine's network
// implements it.
#pragma once

#include <system_error>

#include <weft/core/address.hpp>
#include <weft/core/function.hpp>
#include <weft/core/result.hpp>

#include "loop/owned_socket.hpp"

namespace weft {

/// Settings for a socket before it connects.
struct connect_socket_options {
    /// The local address to bind; connecting to an address of another family then fails.
    address local;

    /// May set options of the socket or bind it; if it returns an error, the attempt fails.
    copyable_function<result<void>(native_socket, const address& to)> before;
};

/// One attempt. Notifies its owner once, in a turn, of the result. The owner destroys it by calling
/// `abandon`.
class connect_attempt {
public:
    class owner {
    public:
        /// Called when the attempt has ended. `why` is empty if it is connected: then call `take`.
        virtual void on_attempt_ended(connect_attempt& which, std::error_code why) = 0;

    protected:
        ~owner() = default;
    };

    /// Begins to connect. Returns an error if the attempt fails immediately; then the owner is not
    /// notified. For a Unix-domain socket, "would block" means that the listener's backlog is full.
    virtual std::error_code begin(const address& where,
                                  const connect_socket_options& options) = 0;

    /// Cancels the attempt without notifying the owner. The attempt is destroyed once none of its
    /// functions is on the stack. May also be called inside `options.before`.
    virtual void abandon() noexcept = 0;

    /// Returns the address that was passed to `begin`.
    [[nodiscard]] virtual const address& where() const noexcept = 0;

    /// Returns the connected socket.
    [[nodiscard]] virtual owned_socket take() noexcept = 0;

protected:
    ~connect_attempt() = default;
};

} // namespace weft
