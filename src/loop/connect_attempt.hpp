// SPDX-License-Identifier: MIT
// One try to connect to one address, without blocking: what each engine's network has to make.
#pragma once

#include <functional>
#include <system_error>

#include <weft/core/address.hpp>
#include <weft/core/result.hpp>

#include "loop/owned_socket.hpp"

namespace weft {

/// What a socket is given before it connects.
struct connect_socket_options {
    /// Where to connect from; addresses of another family then fail.
    address local;

    /// May set options of the socket or bind it; an error fails the attempt.
    std::function<result<void>(native_socket, const address& to)> before;
};

/// Tells its owner once, in a turn, how it ended. Dies by `abandon`.
class connect_attempt {
public:
    class owner {
    public:
        /// `why` is empty when it is connected: then `take` it.
        virtual void on_attempt_ended(connect_attempt& which, std::error_code why) = 0;

    protected:
        ~owner() = default;
    };

    /// The error that is known at once, and then not told; `would block` of a Unix-domain socket
    /// means that its backlog is full.
    virtual std::error_code begin(const address& where,
                                  const connect_socket_options& options) = 0;

    /// Gives up, silently, and dies when the last frame has left it; legal inside
    /// `options.before`, too.
    virtual void abandon() noexcept = 0;

    /// The address that `begin` was given.
    [[nodiscard]] virtual const address& where() const noexcept = 0;

    /// The connected socket.
    [[nodiscard]] virtual owned_socket take() noexcept = 0;

protected:
    ~connect_attempt() = default;
};

} // namespace weft
