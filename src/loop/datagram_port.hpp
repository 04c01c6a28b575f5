// SPDX-License-Identifier: MIT
// A socket of datagrams: what each engine's network has to make.
#pragma once

#include <cstddef>
#include <span>
#include <system_error>

#include <weft/core/address.hpp>
#include <weft/core/result.hpp>
#include <weft/stream/native_socket.hpp>

namespace weft {

/// Who hears what comes, inside a turn. From each of these the port may be closed and buried.
class datagram_events {
public:
    [[nodiscard]] virtual bool wants_datagrams() noexcept = 0;
    virtual void on_datagram(std::span<std::byte> bytes, const address& from) = 0;

    /// A `send` that would have blocked can be repeated.
    virtual void on_writable() noexcept = 0;

    /// Something did not work; the port goes on, unless nothing has worked for long.
    virtual void on_error(std::error_code why) noexcept = 0;

protected:
    ~datagram_events() = default;
};

/// While open it is work of the loop. Ends with its owner, by `retire`.
class datagram_port {
public:
    [[nodiscard]] virtual bool is_open() const noexcept = 0;
    [[nodiscard]] virtual native_socket socket() const noexcept = 0;

    /// Makes a socket for addresses like `where`; nothing hears it before `begin`.
    virtual std::error_code open(const address& where) = 0;
    virtual result<address> bind(const address& where) = 0;
    virtual std::error_code connect(const address& where) = 0;

    /// Takes over a datagram socket; on error it is not taken.
    virtual std::error_code adopt(native_socket socket) = 0;

    /// Lets it hear what comes.
    virtual std::error_code begin() noexcept = 0;

    /// One datagram, to the connected peer if there is no address; may block.
    virtual std::error_code send(std::span<const std::byte> bytes, const address& to) noexcept = 0;

    virtual void pause() noexcept = 0;
    virtual void resume() noexcept = 0;
    virtual void close() noexcept = 0;

    /// Closes it; it dies when the last frame has left it.
    virtual void retire() noexcept = 0;

    [[nodiscard]] virtual address local_address() const = 0;

protected:
    ~datagram_port() = default;
};

} // namespace weft
