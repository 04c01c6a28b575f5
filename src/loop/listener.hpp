// SPDX-License-Identifier: MIT
// The interface of a listening socket; each engine's network implements it.
#pragma once

#include <system_error>

#include <weft/core/address.hpp>
#include <weft/core/function.hpp>

#include "loop/owned_socket.hpp"

namespace weft {

/// Accepts connections while it exists, and counts as work of the loop. Created by a network. The
/// owner destroys it by calling `close` or `give_back`.
class listener {
public:
    /// Called with each connected socket and its peer.
    using accepted = function<void(owned_socket, const address& peer)>;

    /// Called when accepting fails for lack of resources, with the reason. `begins` is true for the
    /// first failure, and false for failed retries until all waiting connections have been
    /// accepted.
    using starved = function<void(std::error_code, bool begins)>;

    /// Stops listening. The listener is destroyed once none of its functions is on the stack.
    virtual void close() noexcept = 0;

    /// Does the same, but returns the socket without closing it, and keeps a socket file.
    virtual native_socket give_back() noexcept = 0;

    [[nodiscard]] virtual const address& where() const noexcept = 0;

    /// Returns true while accepting fails for lack of descriptors or memory.
    [[nodiscard]] virtual bool is_starved() const noexcept = 0;

    /// Makes a starved listener retry in the next round. Called when a descriptor was closed.
    virtual void retry_accept() noexcept = 0;

protected:
    ~listener() = default;
};

} // namespace weft
