// SPDX-License-Identifier: MIT
// One connect(2) to one address, without blocking. POSIX.
#pragma once

#include <functional>

#include <weft/core/address.hpp>

#include "loop/engine.hpp"
#include "loop/posix/descriptor.hpp"

namespace weft {

class loop_state;

/// What a socket is given before it connects.
struct connect_socket_options {
    /// Where to connect from; addresses of another family then fail.
    address local;

    /// May set options of the socket or bind it; an error fails the attempt.
    std::function<result<void>(int descriptor, const address& to)> before;
};

/// Tells its owner once, in a turn, how it ended. The owner buries it.
class connect_attempt final : public source {
public:
    class owner {
    public:
        /// `why` is empty when it is connected: then `take` it.
        virtual void on_attempt_ended(connect_attempt& which, std::error_code why) = 0;

    protected:
        ~owner() = default;
    };

    connect_attempt(loop_state& loop, owner& told) noexcept : loop_(loop), owner_(told) {}
    ~connect_attempt() override = default;

    /// The error that is known at once, and then not told; `would block` of a Unix-domain socket
    /// means that its backlog is full.
    std::error_code begin(const address& where, const connect_socket_options& options);

    /// Gives up, silently; legal inside `options.before`, too.
    void abandon() noexcept;

    /// The address that `begin` was given.
    [[nodiscard]] const address& where() const noexcept { return where_; }

    /// The connected socket.
    [[nodiscard]] owned_descriptor take() noexcept;

private:
    void ready(readiness what) noexcept override;
    void run() noexcept override;
    std::error_code prepare(const address& where, const connect_socket_options& options);
    std::error_code ask(const connect_socket_options& options, const address& where);

    loop_state& loop_;
    owner& owner_;
    address where_;
    owned_descriptor socket_;
    bool watched_ = false;
};

} // namespace weft
