// SPDX-License-Identifier: MIT
// The interface of a listening socket; each engine's network implements it.
#pragma once

#include <system_error>

#include <weft/core/address.hpp>
#include <weft/core/function.hpp>

#include "loop/owned_socket.hpp"

namespace weft {

/// Accepts connections while it exists; counts as work of the loop. Made by a network; its owner
/// destroys it with `close` or `give_back`.
class listener {
public:
    /// Called with each connected socket and its peer.
    using accepted = function<void(owned_socket, const address& peer)>;

    /// Called when accepting fails for lack of resources, with the reason. `begins` is true for the
    /// first failure, false for those of the retries that follow until all waiting connections have
    /// been accepted.
    using starved = function<void(std::error_code, bool begins)>;

    /// Stops listening; destroyed once it is no longer on the stack.
    virtual void close() noexcept = 0;

    /// Does the same, but leaves the socket to the caller, or to the owner that it was adopted
    /// from; a socket file is kept.
    virtual native_socket give_back() noexcept = 0;

    [[nodiscard]] virtual const address& where() const noexcept = 0;

    /// Returns true while it waits for descriptors or memory.
    [[nodiscard]] virtual bool is_starved() const noexcept = 0;

    /// Makes a starved listener retry in the next round, since a descriptor was closed.
    virtual void feed() noexcept = 0;

protected:
    ~listener() = default;
};

} // namespace weft
