// SPDX-License-Identifier: MIT
// Datagrams over UDP and Unix-domain sockets. Knows neither the engine nor a host.
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

/// The handlers of a datagram socket; each may be left out. From any of them anything may be closed
/// or destroyed; an exception goes to the loop's `on_error`, and the socket goes on.
struct datagram_handlers {
    /// A datagram came, whole; it may be overwritten, and lives until this returns.
    function<void(datagram_socket&, std::span<std::byte>, const address& from)> data = {};

    /// After `send` has said `backed_up` or `dropped`: all that was waiting has left.
    function<void(datagram_socket&)> writable = {};

    /// The network or the system says that something did not work, such as
    /// `std::errc::connection_refused` when a connected peer is not there (ICMP). The socket goes
    /// on; only one that fails to read many times in a row is closed (`is_open`).
    function<void(datagram_socket&, std::error_code)> error = {};

    /// The loop was woken by `wake`.
    function<void()> interrupt = {};
};

/// Options of a datagram socket.
struct datagram_options {
    /// Bytes that may wait while the system takes no more; a datagram beyond is dropped.
    std::size_t queue_size_max = 1024 * 1024;

    /// Called with the socket before it is bound or connected, to set its options (broadcast, a
    /// group, a buffer's size); an error ends that with it. Must not close the socket.
    function<result<void>(native_socket socket)> before_bind = {};
};

/// Sends and receives datagrams; counts as work of the loop while it is open.
///
/// Belongs to the loop's thread, and stays where it is made, as its handlers are given it.
/// Destroying it is legal anywhere, its own handlers included, and calls none.
class datagram_socket {
public:
    explicit datagram_socket(event_loop& loop, datagram_handlers what,
                             datagram_options options = {});
    ~datagram_socket();
    datagram_socket(const datagram_socket&) = delete;
    datagram_socket& operator=(const datagram_socket&) = delete;

    /// Receives at a numeric address or `localhost`, or at "127.0.0.1:53", "unix:/run/x.sock",
    /// "unix:@abstract", and says where; port 0 lets the system choose.
    ///
    /// Fails with `already_connected` when it is open, `no_resolver` for a name, `bad_argument`,
    /// `forked`, `gone`, or what the system says. The file of a Unix-domain socket goes with it.
    result<address> bind(std::string_view host, std::uint16_t port);
    result<address> bind(std::string_view where);

    /// Sends to, and hears, this address only, which may be repeated; opens the socket if `bind`
    /// has not. Nothing is sent for that. Fails like `bind`.
    result<void> connect(std::string_view where);

    /// Takes over a datagram socket; on error it is not taken: `bad_argument` for another kind,
    /// `already_connected`, `forked`, `gone`, or what the system says.
    result<address> adopt(native_socket socket);

    /// Sends one datagram, to the connected peer or to `to`: it has left, or waits behind others.
    ///
    /// `dropped` also for one that the system refuses, such as one that is too long: `error` then
    /// tells why, in a later round of work. Throws std::bad_alloc, having done nothing.
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

    /// Hears nothing until `resume`; what comes meanwhile waits with the system, as far as it fits,
    /// and wakes nobody.
    void pause() noexcept;
    void resume() noexcept;

    /// Closes it at once; what waits is dropped. It can be bound again.
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
