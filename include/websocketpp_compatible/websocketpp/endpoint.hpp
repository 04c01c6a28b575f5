// SPDX-License-Identifier: MIT
// What servers and clients have in common: handlers, logs, limits, and calls by handle.
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include <websocketpp/common/connection_hdl.hpp>
#include <websocketpp/common/memory.hpp>
#include <websocketpp/connection.hpp>
#include <websocketpp/detail/connection_handlers.hpp>
#include <websocketpp/detail/random_adapter.hpp>
#include <websocketpp/error.hpp>
#include <websocketpp/logger/levels.hpp>
#include <websocketpp/random/random_device.hpp>
#include <websocketpp/transport/base/endpoint.hpp>
#include <websocketpp/version.hpp>

namespace websocketpp {

/// Creates connections. Handlers, timeouts and limits apply to connections that are created later.
/// Each call by handle fails with `error::bad_connection` if the connection does not exist any
/// more; the forms without an error_code throw `websocketpp::exception`.
template <typename connection, typename config>
class endpoint : public config::transport_type, public config::endpoint_base {
public:
    typedef endpoint<connection, config> type;
    typedef typename config::transport_type transport_type;
    typedef typename config::concurrency_type concurrency_type;
    typedef connection connection_type;
    typedef typename connection_type::ptr connection_ptr;
    typedef typename connection_type::weak_ptr connection_weak_ptr;
    typedef typename transport_type::transport_con_type transport_con_type;
    typedef typename transport_con_type::ptr transport_con_ptr;
    typedef typename connection_type::message_handler message_handler;
    typedef typename connection_type::message_ptr message_ptr;
    typedef typename config::elog_type elog_type;
    typedef typename config::alog_type alog_type;
    typedef typename concurrency_type::scoped_lock_type scoped_lock_type;
    typedef typename concurrency_type::mutex_type mutex_type;
    typedef typename config::rng_type rng_type;
    typedef typename connection_type::termination_handler termination_handler;

    explicit endpoint(bool p_is_server)
        : m_alog(lib::make_shared<alog_type>(log::level(config::alog_level),
                                             log::channel_type_hint::access)),
          m_elog(lib::make_shared<elog_type>(log::level(config::elog_level),
                                             log::channel_type_hint::error)),
          m_is_server(p_is_server) {
        m_alog->set_channels(config::alog_level);
        m_elog->set_channels(config::elog_level);
        transport_type::init_logging(m_alog, m_elog);
    }
    endpoint(endpoint const&) = delete;
    endpoint& operator=(endpoint const&) = delete;
    endpoint(endpoint&&) = default;

    /// The header Server of responses or User-Agent of requests; empty for none.
    std::string get_user_agent() const { return m_user_agent; }
    void set_user_agent(std::string const& ua) { m_user_agent = ua; }
    bool is_server() const { return m_is_server; }

    // --- logs

    void set_access_channels(log::level channels) { m_alog->set_channels(channels); }
    void clear_access_channels(log::level channels) { m_alog->clear_channels(channels); }
    void set_error_channels(log::level channels) { m_elog->set_channels(channels); }
    void clear_error_channels(log::level channels) { m_elog->clear_channels(channels); }
    alog_type& get_alog() { return *m_alog; }
    elog_type& get_elog() { return *m_elog; }

    // --- handlers

    void set_open_handler(open_handler h) { m_handlers.open.set(std::move(h)); }
    void set_close_handler(close_handler h) { m_handlers.close.set(std::move(h)); }
    void set_fail_handler(fail_handler h) { m_handlers.fail.set(std::move(h)); }
    void set_ping_handler(ping_handler h) { m_handlers.ping.set(std::move(h)); }
    void set_pong_handler(pong_handler h) { m_handlers.pong.set(std::move(h)); }
    void set_pong_timeout_handler(pong_timeout_handler h) {
        m_handlers.pong_timeout.set(std::move(h));
    }
    void set_interrupt_handler(interrupt_handler h) { m_handlers.interrupt.set(std::move(h)); }
    void set_http_handler(http_handler h) { m_handlers.http.set(std::move(h)); }
    void set_validate_handler(validate_handler h) { m_handlers.validate.set(std::move(h)); }
    void set_message_handler(message_handler h) { m_handlers.message.set(std::move(h)); }

    // --- timeouts in milliseconds, limits in bytes

    void set_open_handshake_timeout(long dur) { m_open_handshake_timeout = dur; }
    void set_close_handshake_timeout(long dur) { m_close_handshake_timeout = dur; }
    void set_pong_timeout(long dur) { m_pong_timeout = dur; }
    size_t get_max_message_size() const { return m_max_message_size; }
    void set_max_message_size(size_t size) { m_max_message_size = size; }
    size_t get_max_http_body_size() const { return m_max_http_body_size; }
    void set_max_http_body_size(size_t size) { m_max_http_body_size = size; }

    // --- calls by handle

    void interrupt(connection_hdl hdl, lib::error_code& ec) {
        with(hdl, ec, [&](connection_type& con) { ec = con.interrupt(); });
    }
    void interrupt(connection_hdl hdl) {
        detail::throw_if([&](lib::error_code& ec) { interrupt(hdl, ec); });
    }
    void pause_reading(connection_hdl hdl, lib::error_code& ec) {
        with(hdl, ec, [&](connection_type& con) { ec = con.pause_reading(); });
    }
    void pause_reading(connection_hdl hdl) {
        detail::throw_if([&](lib::error_code& ec) { pause_reading(hdl, ec); });
    }
    void resume_reading(connection_hdl hdl, lib::error_code& ec) {
        with(hdl, ec, [&](connection_type& con) { ec = con.resume_reading(); });
    }
    void resume_reading(connection_hdl hdl) {
        detail::throw_if([&](lib::error_code& ec) { resume_reading(hdl, ec); });
    }
    void send_http_response(connection_hdl hdl, lib::error_code& ec) {
        with(hdl, ec, [&](connection_type& con) { con.send_http_response(ec); });
    }
    void send_http_response(connection_hdl hdl) {
        detail::throw_if([&](lib::error_code& ec) { send_http_response(hdl, ec); });
    }

    void send(connection_hdl hdl, std::string const& payload, frame::opcode::value op,
              lib::error_code& ec) {
        with(hdl, ec, [&](connection_type& con) { ec = con.send(payload, op); });
    }
    void send(connection_hdl hdl, std::string const& payload, frame::opcode::value op) {
        detail::throw_if([&](lib::error_code& ec) { send(hdl, payload, op, ec); });
    }
    void send(connection_hdl hdl, void const* payload, size_t len, frame::opcode::value op,
              lib::error_code& ec) {
        with(hdl, ec, [&](connection_type& con) { ec = con.send(payload, len, op); });
    }
    void send(connection_hdl hdl, void const* payload, size_t len, frame::opcode::value op) {
        detail::throw_if([&](lib::error_code& ec) { send(hdl, payload, len, op, ec); });
    }
    void send(connection_hdl hdl, message_ptr msg, lib::error_code& ec) {
        with(hdl, ec, [&](connection_type& con) { ec = con.send(msg); });
    }
    void send(connection_hdl hdl, message_ptr msg) {
        detail::throw_if([&](lib::error_code& ec) { send(hdl, msg, ec); });
    }

    void close(connection_hdl hdl, close::status::value const code, std::string const& reason,
               lib::error_code& ec) {
        with(hdl, ec, [&](connection_type& con) { con.close(code, reason, ec); });
    }
    void close(connection_hdl hdl, close::status::value const code, std::string const& reason) {
        detail::throw_if([&](lib::error_code& ec) { close(hdl, code, reason, ec); });
    }
    void ping(connection_hdl hdl, std::string const& payload, lib::error_code& ec) {
        with(hdl, ec, [&](connection_type& con) { con.ping(payload, ec); });
    }
    void ping(connection_hdl hdl, std::string const& payload) {
        detail::throw_if([&](lib::error_code& ec) { ping(hdl, payload, ec); });
    }
    void pong(connection_hdl hdl, std::string const& payload, lib::error_code& ec) {
        with(hdl, ec, [&](connection_type& con) { con.pong(payload, ec); });
    }
    void pong(connection_hdl hdl, std::string const& payload) {
        detail::throw_if([&](lib::error_code& ec) { pong(hdl, payload, ec); });
    }

    /// Returns the connection of a handle, or null with an error.
    connection_ptr get_con_from_hdl(connection_hdl hdl, lib::error_code& ec) {
        connection_ptr con = lib::static_pointer_cast<connection_type>(hdl.lock());
        ec = con ? lib::error_code() : error::make_error_code(error::bad_connection);
        return con;
    }
    connection_ptr get_con_from_hdl(connection_hdl hdl) {
        connection_ptr con;
        detail::throw_if([&](lib::error_code& ec) { con = get_con_from_hdl(hdl, ec); });
        return con;
    }

protected:
    /// Returns a new connection, or null.
    connection_ptr create_connection(lib::error_code& ec) {
        const connection_ptr con = lib::make_shared<connection_type>(
            m_is_server, m_user_agent, m_alog, m_elog, random_source());
        const connection_weak_ptr weak(con);
        con->set_handle(weak);
        con->m_handlers = m_handlers;
        con->options_.answers_pings = !m_handlers.ping;
        con->set_open_handshake_timeout(m_open_handshake_timeout);
        con->set_close_handshake_timeout(m_close_handshake_timeout);
        con->set_pong_timeout(m_pong_timeout);
        con->set_max_message_size(m_max_message_size);
        con->set_max_http_body_size(m_max_http_body_size);
        ec = transport_type::init(con);
        if (!ec) return con;
        m_elog->write(log::elevel::fatal, "The connection cannot be created: " + ec.message());
        return connection_ptr();
    }
    connection_ptr create_connection() {
        lib::error_code ec;
        return create_connection(ec);
    }

    lib::shared_ptr<alog_type> m_alog;
    lib::shared_ptr<elog_type> m_elog;

private:
    /// Returns the random source of all connections with this config; it is never destroyed, as
    /// connections may outlive the endpoint.
    static weft::random_source& random_source() {
        typedef random::random_device::int_generator<uint32_t, concurrency_type> usual;
        if constexpr (std::is_same_v<rng_type, usual>) {
            return detail::default_random();
        } else {
            static auto* const source = new detail::random_adapter<rng_type>();
            return *source;
        }
    }

    template <class Action>
    void with(connection_hdl const& hdl, lib::error_code& ec, Action&& action) {
        const lib::shared_ptr<void> con = hdl.lock();
        if (con) {
            ec = lib::error_code();
            action(*static_cast<connection_type*>(con.get()));
        } else {
            ec = error::make_error_code(error::bad_connection);
        }
    }

    std::string m_user_agent = websocketpp::user_agent;
    detail::connection_handlers<message_ptr> m_handlers;
    long m_open_handshake_timeout = config::timeout_open_handshake;
    long m_close_handshake_timeout = config::timeout_close_handshake;
    long m_pong_timeout = config::timeout_pong;
    size_t m_max_message_size = config::max_message_size;
    size_t m_max_http_body_size = config::max_http_body_size;
    bool const m_is_server;
};

} // namespace websocketpp
