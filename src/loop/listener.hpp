// SPDX-License-Identifier: MIT
// A listening socket that gives connected ones: what each engine's network has to make.
#pragma once

#include <system_error>

#include <weft/core/address.hpp>
#include <weft/core/function.hpp>

#include "loop/owned_socket.hpp"

namespace weft {

/// Accepts while it lives; counts as work of the loop. Made by a network; ends with its owner, by
/// `close` or `give_back`.
class listener {
public:
    /// Called with each connected socket and its peer.
    using accepted = function<void(owned_socket, const address& peer)>;

    /// Called with the reason why nothing can be accepted, and whether this begins: again at each
    /// try, until all who waited have been accepted.
    using starved = function<void(std::error_code, bool begins)>;

    /// Stops listening, and dies when the last frame has left it.
    virtual void close() noexcept = 0;

    /// The same, and leaves the socket to the caller, or to whoever it was adopted from; a file
    /// stays.
    virtual native_socket give_back() noexcept = 0;

    [[nodiscard]] virtual const address& where() const noexcept = 0;

    /// Whether it waits for descriptors or memory.
    [[nodiscard]] virtual bool is_starved() const noexcept = 0;

    /// Some descriptor has been closed: if it waits for one, it tries again in the next round.
    virtual void feed() noexcept = 0;

protected:
    ~listener() = default;
};

} // namespace weft
