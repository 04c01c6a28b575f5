// SPDX-License-Identifier: MIT
// Where a server listens: what servers of every kind have in common. Knows nothing of what is
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

/// Any number of listeners, each with options of its own; see `server` and `raw_server`.
class listening_endpoint {
public:
    /// Listens at a numeric address, or at `localhost` (127.0.0.1), and says where.
    ///
    /// Port 0 lets the system choose. `::` takes IPv4 as well unless told otherwise. Fails with
    /// what the system says, such as `address_in_use`, or `errc::no_resolver` for a host name.
    result<address> listen(std::string_view host, std::uint16_t port, listen_options options = {});

    /// Listens at a Unix-domain socket, "unix:/run/app.sock" or "unix:@abstract", or at an
    /// address with a port, "127.0.0.1:80" or "[::1]:80".
    ///
    /// A socket file of a dead process is replaced; it is removed when listening ends.
    result<address> listen(std::string_view where, listen_options options = {});

    /// Listens at every address of a host name that is this machine's: those in the hosts file, or
    /// those that the loop's resolver finds.
    ///
    /// `done` is called in a turn with where that is, or why nowhere: `errc::no_resolver`, what the
    /// resolver says, or why an address that is this machine's cannot be bound; then none is. Port
    /// 0 is the same port for all. Until then it counts as work; `stop_listening()` and all that
    /// ends the server cancel it, and `done` is not called.
    void listen(std::string_view host, std::uint16_t port, listen_options options,
                function<void(result<std::vector<address>>)> done);

    /// Accepts from a stream socket of any family that listens already, and says where that is.
    ///
    /// Owns the socket from then on; a socket's file is left to whoever made it. Sets it to
    /// close on exec and not to block, which whoever shares the socket will notice. Of the options
    /// only `tls` and `after_accept` are used. On error it is not taken: `bad_argument` for a
    /// socket that does not listen, `forked`, `gone`, or what the system says.
    result<address> adopt_listener(native_socket socket, listen_options options = {});

    /// Ends the listener at `where` and gives its socket to the caller, who closes it: it goes on
    /// listening, and clients wait in it for whoever adopts it, here or in another process.
    ///
    /// The file of a Unix-domain socket stays. `bad_argument` if there is no such listener.
    result<native_socket> release_listener(const address& where);

    /// Ends all listeners, or those at `where`; connections go on. The latter says whether there
    /// was one.
    void stop_listening();
    bool stop_listening(const address& where);
    [[nodiscard]] bool is_listening() const noexcept;
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
    listeners* listeners_ = nullptr; // the listeners, which the kind of server owns
};

} // namespace weft
