// SPDX-License-Identifier: MIT
// The interface of a datagram socket; each engine's network implements it.
#pragma once

#include <cstddef>
#include <span>
#include <system_error>

#include <weft/core/address.hpp>
#include <weft/core/result.hpp>
#include <weft/stream/native_socket.hpp>

namespace weft {

/// The events of a datagram socket, called in a turn. Each of them may close and retire the port.
class datagram_events {
public:
    [[nodiscard]] virtual bool wants_datagrams() noexcept = 0;
    virtual void on_datagram(std::span<std::byte> bytes, const address& from) = 0;

    /// Called when a `send` that would have blocked may be repeated.
    virtual void on_writable() noexcept = 0;

    /// Called when an operation has failed. The port continues, unless too many failed in a row.
    virtual void on_error(std::error_code why) noexcept = 0;

protected:
    ~datagram_events() = default;
};

/// A datagram socket. Counts as work of the loop while it is open. The owner destroys it by calling
/// `retire`.
class datagram_port {
public:
    [[nodiscard]] virtual bool is_open() const noexcept = 0;
    [[nodiscard]] virtual native_socket socket() const noexcept = 0;

    /// Creates a socket for addresses of the family of `where`. It receives nothing before `begin`.
    virtual std::error_code open(const address& where) = 0;
    virtual result<address> bind(const address& where) = 0;
    virtual std::error_code connect(const address& where) = 0;

    /// Takes over a datagram socket; on error the caller keeps it.
    virtual std::error_code adopt(native_socket socket) = 0;

    /// Starts receiving.
    virtual std::error_code begin() noexcept = 0;

    /// Sends one datagram, to the connected peer if `to` is empty. May return "would block".
    virtual std::error_code send(std::span<const std::byte> bytes, const address& to) noexcept = 0;

    virtual void pause() noexcept = 0;
    virtual void resume() noexcept = 0;
    virtual void close() noexcept = 0;

    /// Closes the port, which is destroyed once none of its functions is on the stack.
    virtual void retire() noexcept = 0;

    [[nodiscard]] virtual address local_address() const = 0;

protected:
    ~datagram_port() = default;
};

} // namespace weft
