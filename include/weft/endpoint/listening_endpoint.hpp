// SPDX-License-Identifier: MIT
// The listeners of a server: the common part of all kinds of servers. Does not depend on what is
// served.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <weft/loop/event_loop.hpp>
#include <weft/loop/listen_options.hpp>

namespace weft {

class listeners;

/// Any number of listeners, each with its own options; see `server` and `raw_server`.
class listening_endpoint {
public:
    /// Listens at a numeric address, or at `localhost` (127.0.0.1), and returns the address.
    ///
    /// Port 0 lets the system choose. `::` also accepts IPv4 unless the options say otherwise.
    /// Fails with a system error, such as `address_in_use`, with `errc::no_resolver` for a host
    /// name, or with `forked` or `gone`.
    result<address> listen(std::string_view host, std::uint16_t port, listen_options options = {});

    /// Listens at a Unix-domain socket, "unix:/run/app.sock" or "unix:@abstract", or at an address
    /// with a port, "127.0.0.1:80" or "[::1]:80".
    ///
    /// Replaces a socket file whose process has ended. The file is removed when listening ends.
    /// Fails with `errc::bad_address` for a malformed `where`, otherwise like the overload above.
    result<address> listen(std::string_view where, listen_options options = {});

    /// Listens at those addresses of a host name that belong to this machine. Reads the hosts file,
    /// then asks the loop's resolver.
    ///
    /// `done` is called in a turn with the addresses, or with the error: `errc::no_resolver`, the
    /// resolver's error, or the reason why one of this machine's addresses cannot be bound; then
    /// none of them is bound. With port 0, all addresses get the same port. Until `done` is called
    /// the call counts as work; `stop_listening()` and the end of the server cancel it, without a
    /// call of `done`.
    void listen(std::string_view host, std::uint16_t port, listen_options options,
                function<void(result<std::vector<address>>)> done);

    /// Accepts connections from a stream socket of any family that is already listening, and
    /// returns its address.
    ///
    /// On success the server owns the socket, but does not remove the file of a Unix-domain socket.
    /// The socket becomes non-blocking, for every process that shares it, and close-on-exec. Only
    /// the options `tls` and `after_accept` are used. On error the caller keeps the socket:
    /// `bad_argument` for a socket that does not listen, `forked`, `gone`, or a system error.
    result<address> adopt_listener(native_socket socket, listen_options options = {});

    /// Ends the listener at `where` and returns its socket, which the caller must close. The socket
    /// keeps listening: clients wait in its backlog until it is adopted, here or in another
    /// process.
    ///
    /// The file of a Unix-domain socket is kept. Fails with `bad_argument` if there is no such
    /// listener.
    result<native_socket> release_listener(const address& where);

    /// Ends all listeners, or those at `where`; existing connections continue. The overload with
    /// `where` returns whether there was such a listener.
    void stop_listening();
    bool stop_listening(const address& where);
    [[nodiscard]] bool is_listening() const noexcept;

    /// Returns the addresses of all listeners.
    [[nodiscard]] std::vector<address> listening_at() const;

protected:
    explicit listening_endpoint(std::shared_ptr<loop_state> loop) noexcept
        : loop_(std::move(loop)) {}
    listening_endpoint(listening_endpoint&&) noexcept = default;
    listening_endpoint& operator=(listening_endpoint&& other) noexcept {
        std::swap(loop_, other.loop_);
        std::swap(listeners_, other.listeners_);
        return *this;
    }
    ~listening_endpoint() = default;

    std::shared_ptr<loop_state> loop_;
    listeners* listeners_ = nullptr; // owned by the derived server
};

} // namespace weft
