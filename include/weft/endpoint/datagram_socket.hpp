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
    /// continues, unless many reads in a row have failed: then it is closed (`is_open` returns
    /// false).
    function<void(datagram_socket&, std::error_code)> error = {};

    /// Called when `event_loop::wake` has woken the loop.
    function<void()> interrupt = {};
};

/// Options of a datagram socket.
struct datagram_options {
    /// Limit on the queued datagrams, in bytes. They wait while the system accepts no more; a
    /// datagram that exceeds the limit is dropped.
    std::size_t queue_size_max = 1024 * 1024;

    /// Called with the socket before it is bound or connected, to set its options (broadcast,
    /// multicast group, buffer size); an error makes `bind` or `connect` fail. Must not close the
    /// socket.
    function<result<void>(native_socket socket)> before_bind = {};
};

/// Sends and receives datagrams; counts as work of the loop while it is open.
///
/// All functions must be called on the loop's thread. A socket cannot be moved, as its handlers
/// receive a reference to it. It may be destroyed at any point, even in its own handlers; no
/// handler is called after that.
class datagram_socket {
public:
    explicit datagram_socket(event_loop& loop, datagram_handlers what,
                             datagram_options options = {});
    ~datagram_socket();
    datagram_socket(const datagram_socket&) = delete;
    datagram_socket& operator=(const datagram_socket&) = delete;

    /// Binds the socket to a numeric address or `localhost`, or to an address such as
    /// "127.0.0.1:53", "unix:/run/x.sock" or "unix:@abstract", and starts receiving. Returns the
    /// address; port 0 lets the system choose.
    ///
    /// Fails with `already_connected` if the socket is open, `no_resolver` for a host name,
    /// `bad_address` for a malformed `where`, `forked`, `gone`, or a system error. The file of a
    /// Unix-domain socket is removed when the socket is closed.
    result<address> bind(std::string_view host, std::uint16_t port);
    result<address> bind(std::string_view where);

    /// Connects the socket: it then sends to and receives from this address only. Opens the socket
    /// if `bind` has not. Sends no datagram. May be called again with another address. Fails like
    /// `bind`.
    result<void> connect(std::string_view where);

    /// Takes over a datagram socket, makes it non-blocking and close-on-exec, and starts receiving.
    /// On error the caller keeps it: `bad_argument` for another kind of socket,
    /// `already_connected`, `forked`, `gone`, or a system error.
    result<address> adopt(native_socket socket);

    /// Sends one datagram to the connected peer, or to `to`. It is sent at once, or queued behind
    /// others.
    ///
    /// Also returns `dropped` for a datagram that the system refuses, for example because it is too
    /// long; `error` is then called with the reason in a later round of work. Throws
    /// std::bad_alloc; then nothing was sent.
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

    /// Returns the size of the queued datagrams, in bytes.
    [[nodiscard]] std::size_t buffered_amount() const noexcept;

private:
    class state;

    std::shared_ptr<loop_state> loop_;
    state* state_;
};

} // namespace weft
