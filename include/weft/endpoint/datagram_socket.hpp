// SPDX-License-Identifier: MIT
// Datagrams over UDP and Unix-domain sockets. Does not depend on the engine or a host.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <system_error>

#include <weft/connection/connection.hpp> // send_result
#include <weft/core/address.hpp>
#include <weft/loop/event_loop.hpp>

namespace weft {

class datagram_socket;

/// The handlers of a datagram socket; each is optional. Any of them may close or destroy anything.
/// An exception is passed to the loop's `on_error`, and the socket continues.
struct datagram_handlers {
    /// Called with each whole datagram. The handler may overwrite it; it is valid until this
    /// returns.
    function<void(datagram_socket&, std::span<std::byte>, const address& from)> data = {};

    /// Called when all queued datagrams have been sent, after `send` returned `backed_up` or
    /// `dropped`.
    function<void(datagram_socket&)> writable = {};

    /// Called when the network or the system reports an error, such as
    /// `std::errc::connection_refused` when a connected peer does not exist (ICMP). The socket
    /// continues; only many failed reads in a row close it (`is_open`).
    function<void(datagram_socket&, std::error_code)> error = {};

    /// Called when `wake` has woken the loop.
    function<void()> interrupt = {};
};

/// Options of a datagram socket.
struct datagram_options {
    /// Bytes that may wait while the system accepts no more; a datagram beyond that is dropped.
    std::size_t queue_size_max = 1024 * 1024;

    /// Called with the socket before it is bound or connected, to set its options (broadcast, a
    /// group, a buffer's size); an error makes `bind` or `connect` fail. Must not close the socket.
    function<result<void>(native_socket socket)> before_bind = {};
};

/// Sends and receives datagrams; counts as work of the loop while it is open.
///
/// All functions must be called on the loop's thread. A socket cannot be moved, as its handlers
/// receive a reference to it. It may be destroyed anywhere, even in its own handlers; no handler is
/// called then.
class datagram_socket {
public:
    explicit datagram_socket(event_loop& loop, datagram_handlers what,
                             datagram_options options = {});
    ~datagram_socket();
    datagram_socket(const datagram_socket&) = delete;
    datagram_socket& operator=(const datagram_socket&) = delete;

    /// Receives at a numeric address or `localhost`, or at "127.0.0.1:53", "unix:/run/x.sock",
    /// "unix:@abstract", and returns the address; port 0 lets the system choose.
    ///
    /// Fails with `already_connected` when it is open, `no_resolver` for a host name, `bad_address`
    /// for a malformed `where`, `forked`, `gone`, or a system error. The file of a Unix-domain
    /// socket is removed with the socket.
    result<address> bind(std::string_view host, std::uint16_t port);
    result<address> bind(std::string_view where);

    /// Sends to and receives from this address only; may be called again with another address.
    /// Opens the socket if `bind` has not. Sends nothing. Fails like `bind`.
    result<void> connect(std::string_view where);

    /// Takes over a datagram socket. On error the caller keeps it: `bad_argument` for another kind
    /// of socket, `already_connected`, `forked`, `gone`, or a system error.
    result<address> adopt(native_socket socket);

    /// Sends one datagram, to the connected peer or to `to`: at once, or queued behind others.
    ///
    /// Also returns `dropped` for a datagram that the system refuses, for example because it is too
    /// long; `error` is then called with the reason in a later round of work. Throws
    /// std::bad_alloc, having done nothing.
    send_result send(std::span<const std::byte> bytes);
    send_result send(std::string_view bytes) { return send(std::as_bytes(std::span(bytes))); }
    template <bytes_like Bytes>
    send_result send(const Bytes& bytes) {
        return send(view_bytes(bytes));
    }
    send_result send_to(std::span<const std::byte> bytes, const address& to);
    send_result send_to(std::string_view bytes, const address& to) {
        return send_to(std::as_bytes(std::span(bytes)), to);
    }
    template <bytes_like Bytes>
    send_result send_to(const Bytes& bytes, const address& to) {
        return send_to(view_bytes(bytes), to);
    }

    /// Stops receiving until `resume`. Meanwhile the system queues datagrams as far as its buffer
    /// allows, and they do not wake the loop.
    void pause() noexcept;
    void resume() noexcept;

    /// Closes the socket at once and drops queued datagrams. It can be bound again.
    void close() noexcept;

    [[nodiscard]] bool is_open() const noexcept;
    [[nodiscard]] address local_address() const;
    [[nodiscard]] std::size_t buffered_amount() const noexcept;

private:
    class state;

    std::shared_ptr<loop_state> loop_;
    state* state_;
};

} // namespace weft
