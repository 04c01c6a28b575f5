// SPDX-License-Identifier: MIT
// Plain TCP sockets for the Asio transport.
#pragma once

#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include <websocketpp/transport/asio/security/base.hpp>
#include <websocketpp/uri.hpp>

namespace websocketpp::transport::asio {

namespace detail {

/// Returns true if a socket with this address is a Unix-domain socket, although its type is TCP.
inline bool is_unix(lib::asio::ip::tcp::endpoint const& address) {
    return address.data()->sa_family == AF_UNIX;
}

/// Returns "address:port" of the peer, IPv6 in brackets. For a Unix-domain socket, returns "unix:"
/// and the peer's path, which clients usually do not have.
template <class Socket>
std::string peer_of(Socket& lowest, lib::error_code& ec) {
    lib::asio::error_code failed;
    const auto peer = lowest.remote_endpoint(failed);
    ec = failed;
    if (failed) return "Error getting remote endpoint: " + failed.message();
    if (is_unix(peer)) {
        lib::asio::local::stream_protocol::endpoint local;
        socklen_t size = static_cast<socklen_t>(local.capacity());
        if (::getpeername(lowest.native_handle(), local.data(), &size) == 0) local.resize(size);
        return "unix:" + local.path();
    }
    std::ostringstream text;
    text << peer;
    return text.str();
}

} // namespace detail

namespace basic_socket {

/// Called with a client's socket when it is created and not yet open, or with a server's socket
/// when a connection is accepted.
typedef lib::function<void(connection_hdl, lib::asio::ip::tcp::socket&)> socket_init_handler;

class connection {
public:
    typedef connection type;
    typedef lib::shared_ptr<type> ptr;
    typedef lib::asio::ip::tcp::socket socket_type;
    typedef lib::shared_ptr<socket_type> socket_ptr;

    bool is_secure() const { return false; }
    void set_socket_init_handler(socket_init_handler h) { m_socket_init_handler = std::move(h); }

    socket_type& get_socket() { return *m_socket; }
    socket_type& get_next_layer() { return *m_socket; }
    socket_type& get_raw_socket() { return *m_socket; }

    std::string get_remote_endpoint(lib::error_code& ec) const {
        if (m_socket) return detail::peer_of(*m_socket, ec);
        ec = transport::error::make_error_code(transport::error::action_after_shutdown);
        return {};
    }

protected:
    static constexpr bool layer_is_tls = false;

    lib::error_code create_socket(lib::asio::any_io_executor const& executor,
                                  connection_hdl hdl, bool is_server) {
        m_socket = std::make_shared<socket_type>(executor);
        if (!is_server && m_socket_init_handler) m_socket_init_handler(hdl, *m_socket);
        return {};
    }
    lib::error_code prepare_socket(connection_hdl hdl, bool is_server, uri_ptr const&) {
        if (is_server && m_socket_init_handler) m_socket_init_handler(hdl, *m_socket);
        return {};
    }

    static bool is_truncation(lib::asio::error_code const&) { return false; }
    static bool is_tls_error(lib::asio::error_code const&) { return false; }

    socket_ptr m_socket;

private:
    socket_init_handler m_socket_init_handler;
};

class endpoint {
public:
    typedef endpoint type;
    typedef connection socket_con_type;
    typedef socket_con_type::ptr socket_con_ptr;

    bool is_secure() const { return false; }

    /// Sets the handler of connections that are created from now on.
    void set_socket_init_handler(socket_init_handler h) { m_socket_init_handler = std::move(h); }

protected:
    void prepare(socket_con_type& con) const {
        con.set_socket_init_handler(m_socket_init_handler);
    }

private:
    socket_init_handler m_socket_init_handler;
};

} // namespace basic_socket

} // namespace websocketpp::transport::asio
