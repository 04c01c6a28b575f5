// SPDX-License-Identifier: MIT
// TLS sockets for the Asio transport, on Asio's ssl::stream.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <websocketpp/common/asio_ssl.hpp>
#include <websocketpp/transport/asio/security/none.hpp>

namespace websocketpp::transport::asio::tls_socket {

/// Called with a client's stream when it is created, or with a server's stream when a connection is
/// accepted.
typedef lib::function<void(connection_hdl,
                           lib::asio::ssl::stream<lib::asio::ip::tcp::socket>&)>
    socket_init_handler;

/// Called when a connection is created; returns the context of its TLS.
typedef lib::function<lib::shared_ptr<lib::asio::ssl::context>(connection_hdl)> tls_init_handler;

class connection {
public:
    typedef connection type;
    typedef lib::shared_ptr<type> ptr;
    typedef lib::asio::ssl::stream<lib::asio::ip::tcp::socket> socket_type;
    typedef lib::shared_ptr<socket_type> socket_ptr;
    typedef lib::shared_ptr<lib::asio::ssl::context> context_ptr;

    bool is_secure() const { return true; }
    void set_socket_init_handler(socket_init_handler h) { m_socket_init_handler = std::move(h); }
    void set_tls_init_handler(tls_init_handler h) { m_tls_init_handler = std::move(h); }

    socket_type::lowest_layer_type& get_raw_socket() { return m_socket->lowest_layer(); }
    socket_type::next_layer_type& get_next_layer() { return m_socket->next_layer(); }
    socket_type& get_socket() { return *m_socket; }

    std::string get_remote_endpoint(lib::error_code& ec) const {
        if (m_socket) return detail::peer_of(m_socket->lowest_layer(), ec);
        ec = transport::error::make_error_code(transport::error::action_after_shutdown);
        return {};
    }

protected:
    static constexpr bool layer_is_tls = true;

    lib::error_code create_socket(lib::asio::any_io_executor const& executor,
                                  connection_hdl hdl, bool is_server) {
        namespace error = socket::error;
        if (!m_tls_init_handler) return error::make_error_code(error::missing_tls_init_handler);
        m_tls_context = m_tls_init_handler(hdl);
        if (!m_tls_context) return error::make_error_code(error::invalid_tls_context);
        m_socket = std::make_shared<socket_type>(executor, *m_tls_context);
        if (!is_server && m_socket_init_handler) m_socket_init_handler(hdl, *m_socket);
        return {};
    }

    /// Clients name the host that they want (RFC 6066 §3), unless it is an address.
    lib::error_code prepare_socket(connection_hdl hdl, bool is_server, uri_ptr const& target) {
        namespace error = socket::error;
        if (is_server && m_socket_init_handler) m_socket_init_handler(hdl, *m_socket);
        if (is_server || !target) return {};
        lib::asio::error_code not_an_address;
        (void)lib::asio::ip::make_address(target->get_host(), not_an_address);
        if (not_an_address && SSL_get_servername(m_socket->native_handle(),
                                                 TLSEXT_NAMETYPE_host_name) == nullptr) {
            std::string host = target->get_host();
            const long set = SSL_ctrl(m_socket->native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME,
                                      TLSEXT_NAMETYPE_host_name, host.data());
            if (set != 1) return error::make_error_code(error::tls_failed_sni_hostname);
        }
        return {};
    }

    template <class Handler>
    void async_handshake(bool is_server, Handler&& handler) {
        typedef lib::asio::ssl::stream_base base;
        m_socket->async_handshake(is_server ? base::server : base::client,
                                  std::forward<Handler>(handler));
    }

    /// Returns whether the stream has ended without the closing alert of TLS.
    static bool is_truncation(lib::asio::error_code const& ec) {
        return ec == lib::asio::ssl::error::stream_truncated;
    }
    static bool is_tls_error(lib::asio::error_code const& ec) {
        return ec.category() == lib::asio::error::get_ssl_category();
    }

    context_ptr m_tls_context;
    socket_ptr m_socket;

private:
    socket_init_handler m_socket_init_handler;
    tls_init_handler m_tls_init_handler;
};

class endpoint {
public:
    typedef endpoint type;
    typedef connection socket_con_type;
    typedef socket_con_type::ptr socket_con_ptr;

    bool is_secure() const { return true; }

    /// Set the handlers of connections that are created from now on.
    void set_socket_init_handler(socket_init_handler h) { m_socket_init_handler = std::move(h); }
    void set_tls_init_handler(tls_init_handler h) { m_tls_init_handler = std::move(h); }

protected:
    void prepare(socket_con_type& con) const {
        con.set_socket_init_handler(m_socket_init_handler);
        con.set_tls_init_handler(m_tls_init_handler);
    }

private:
    socket_init_handler m_socket_init_handler;
    tls_init_handler m_tls_init_handler;
};

} // namespace websocketpp::transport::asio::tls_socket
