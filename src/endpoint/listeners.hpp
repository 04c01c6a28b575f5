// SPDX-License-Identifier: MIT
// The listeners of one endpoint: opens, adopts and closes them. Their owner decides what happens to
// accepted clients and to errors of accepting.
#pragma once

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <weft/loop/listen_options.hpp>
#include <weft/loop/socket_activation.hpp>

#include "endpoint/pending_listen.hpp"
#include "loop/listener.hpp"

namespace weft {

class listeners {
public:
    /// The application's settings for the clients of one listener; both may be empty.
    struct accept_settings {
        function<bool(native_socket, const address&)> accept_filter;
        std::shared_ptr<secure_layer> tls;

        /// Returns the stream of an accepted client, encrypted if there is TLS.
        [[nodiscard]] std::unique_ptr<stream> cover(std::unique_ptr<stream> client) const {
            return tls ? tls->cover(std::move(client), {}) : std::move(client);
        }
    };

    class owner {
    public:
        /// Called when a client has connected.
        virtual void on_accept(owned_socket client, const address& peer, accept_settings& by) = 0;

        /// Called when accepting begins to fail, and again only after all waiting clients were
        /// accepted.
        virtual void on_starved(std::error_code why) = 0;

        /// Called each time that a client waits because no descriptor was free.
        virtual void on_scarcity(std::error_code) noexcept {}

    protected:
        ~owner() = default;
    };

    listeners(loop_state& loop, owner& notified) noexcept : loop_(loop), owner_(notified) {}
    listeners(const listeners&) = delete;
    listeners& operator=(const listeners&) = delete;

    result<address> open(const address& where, listen_options options);
    result<address> adopt(native_socket socket, listen_options options);

    /// Opens listeners for a host name; see `server::listen`.
    void open_named(std::string_view host, std::uint16_t port, listen_options options,
                    function<void(result<std::vector<address>>)> done);

    /// Adopts all sockets of `passed`, or on error none.
    result<std::vector<address>> adopt(std::span<const activated_descriptor> passed,
                                       const std::shared_ptr<secure_layer>& tls);

    /// Removes the listener at `where` and returns its socket.
    result<native_socket> release(const address& where) noexcept;

    /// Closes all listeners and cancels those whose addresses are still being looked up.
    void close() noexcept;
    bool close(const address& where) noexcept;

    /// Informs listeners that a descriptor was freed, so that a waiting client can be accepted.
    void retry_accept() noexcept;

    [[nodiscard]] bool any() const noexcept { return !listeners_.empty(); }
    [[nodiscard]] std::vector<address> where() const;

private:
    result<address> keep(result<listener*> opened, void (*undo)(listener&));
    void give_back_all_but(std::size_t first) noexcept;
    listener::accepted through(accept_settings by);
    listener::starved otherwise();
    result<std::vector<address>> open_all(std::span<const address> all,
                                          listen_options options) noexcept;
    result<std::vector<address>> open_each(std::span<const address> all,
                                           const std::shared_ptr<listen_options>& options) noexcept;

    loop_state& loop_;
    owner& owner_;
    std::vector<listener*> listeners_;
    std::vector<pending_listen*> named_; // waiting for their addresses
};

} // namespace weft
