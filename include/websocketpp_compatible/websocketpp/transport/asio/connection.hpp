// SPDX-License-Identifier: MIT
// The Asio transport of one connection until its session begins: connects, asks the proxy, and
// opens TLS. Its base class session_stream exchanges the bytes of the session.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <weft/core/http_head.hpp>

#include <websocketpp/base64/base64.hpp>
#include <websocketpp/common/asio.hpp>
#include <websocketpp/common/connection_hdl.hpp>
#include <websocketpp/common/functional.hpp>
#include <websocketpp/detail/connection_registry.hpp>
#include <websocketpp/error.hpp>
#include <websocketpp/logger/levels.hpp>
#include <websocketpp/transport/asio/base.hpp>
#include <websocketpp/transport/asio/security/base.hpp>
#include <websocketpp/transport/asio/session_stream.hpp>
#include <websocketpp/transport/base/connection.hpp>
#include <websocketpp/uri.hpp>

namespace websocketpp::transport::asio {

typedef lib::function<void(connection_hdl)> tcp_init_handler;

/// Runs the handlers of one connection, one after another. An executor of Asio.
class connection_strand : public lib::asio::strand<lib::asio::any_io_executor> {
public:
    typedef lib::asio::strand<lib::asio::any_io_executor> executor_type;

    connection_strand(executor_type const& executor) : executor_type(executor) {}

    executor_type const& get_executor() const { return *this; }
    /// Throws `error::invalid_state` after `init_weft`.
    lib::asio::io_service& context() const {
        namespace error = websocketpp::error;
        const auto inner = get_inner_executor();
        const auto* const its = inner.target<lib::asio::io_context::executor_type>();
        if (!its) throw websocketpp::exception(error::make_error_code(error::invalid_state));
        return lib::removed::as_io_service<lib::asio::io_service>(its->context());
    }
    lib::asio::io_service& get_io_context() const { return context(); }
    lib::asio::io_service& get_io_service() const { return context(); }

    using executor_type::dispatch;
    using executor_type::post;
    template <class Handler>
    void post(Handler&& handler) const {
        lib::asio::post(get_executor(), std::forward<Handler>(handler));
    }
    template <class Handler>
    void dispatch(Handler&& handler) const {
        lib::asio::dispatch(get_executor(), std::forward<Handler>(handler));
    }
    template <class Handler>
    auto wrap(Handler&& handler) const {
        return lib::removed::wrap(get_executor(), std::forward<Handler>(handler));
    }
};

template <typename config>
class connection : public session_stream<config> {
    typedef session_stream<config> stream_type;

public:
    typedef connection<config> type;
    typedef lib::shared_ptr<type> ptr;
    typedef typename config::socket_type::socket_con_type socket_con_type;
    typedef typename socket_con_type::ptr socket_con_ptr;
    typedef typename config::alog_type alog_type;
    typedef typename config::elog_type elog_type;
    typedef typename config::request_type request_type;
    typedef typename request_type::ptr request_ptr;
    typedef typename config::response_type response_type;
    typedef typename response_type::ptr response_ptr;
    typedef lib::asio::io_context* io_service_ptr;
    typedef lib::shared_ptr<connection_strand> strand_ptr;
    typedef lib::shared_ptr<lib::asio::steady_timer> timer_ptr;

    connection(bool is_server, lib::shared_ptr<alog_type> const&,
               lib::shared_ptr<elog_type> const& elog)
        : m_is_server(is_server), m_elog(elog) {}
    ~connection() override {
        if (m_registry) m_registry->remove(this);
    }

    bool is_secure() const { return socket_con_type::is_secure(); }
    void set_uri(uri_ptr target) { m_target = std::move(target); }

    /// Called when the socket is connected, before TLS; and after TLS.
    void set_tcp_pre_init_handler(tcp_init_handler h) { m_tcp_pre_init_handler = std::move(h); }
    void set_tcp_init_handler(tcp_init_handler h) { set_tcp_pre_init_handler(std::move(h)); }
    void set_tcp_post_init_handler(tcp_init_handler h) { m_tcp_post_init_handler = std::move(h); }

    // --- an HTTP proxy, before `connect`

    /// Connects through a proxy; directly if `location` is empty. With a `location` that is not a
    /// URI, the connection fails with `error::proxy_invalid`.
    void set_proxy(std::string const& location) {
        websocketpp::detail::throw_if([&](lib::error_code& ec) { set_proxy(location, ec); });
    }
    void set_proxy(std::string const& location, lib::error_code& ec) {
        ec = lib::error_code();
        m_proxy = location;
        m_proxy_target = lib::make_shared<uri>(location);
    }
    void set_proxy_basic_auth(std::string const& user, std::string const& password) {
        websocketpp::detail::throw_if(
            [&](lib::error_code& ec) { set_proxy_basic_auth(user, password, ec); });
    }
    void set_proxy_basic_auth(std::string const& user, std::string const& password,
                              lib::error_code& ec) {
        ec = proxy_error();
        if (!ec) m_proxy_credentials = "Basic " + base64_encode(user + ":" + password);
    }
    void set_proxy_timeout(long duration) {
        websocketpp::detail::throw_if(
            [&](lib::error_code& ec) { set_proxy_timeout(duration, ec); });
    }
    void set_proxy_timeout(long duration, lib::error_code& ec) {
        ec = proxy_error();
        if (!ec) m_proxy_timeout = duration;
    }
    std::string const& get_proxy() const { return m_proxy; }

    /// Returns "address:port" of the peer, or "unix:" and its path; "Unknown" if there is none.
    std::string get_remote_endpoint() const {
        lib::error_code ec;
        const std::string text = socket_con_type::get_remote_endpoint(ec);
        if (!ec) return text;
        m_elog->write(log::elevel::info, text);
        return "Unknown";
    }
    connection_hdl get_handle() const { return m_connection_hdl; }

    /// Calls `callback` after `duration` milliseconds, in turn with the connection's handlers.
    timer_ptr set_timer(long duration, timer_handler callback) {
        if (!m_strand) return timer_ptr();
        timer_ptr timer = lib::make_shared<lib::asio::steady_timer>(
            m_strand->get_inner_executor(), std::chrono::milliseconds(duration));
        timer->async_wait(lib::asio::bind_executor(
            *m_strand, [timer, callback = std::move(callback)](lib::asio::error_code const& ec) {
                callback(ec ? transport::error::make_error_code(
                                  transport::error::operation_aborted)
                            : lib::error_code());
            }));
        return timer;
    }

    /// Returns the strand that runs this connection's handlers.
    strand_ptr get_strand() { return lib::make_shared<connection_strand>(*m_strand); }

    // --- used by the endpoint

    /// `context` is that of the executor; null if it is not an io_context's.
    lib::error_code init_asio(lib::asio::any_io_executor const& executor, io_service_ptr context,
                              std::shared_ptr<websocketpp::detail::connection_registry> registry) {
        if (context) {
            m_context_strand.emplace(context->get_executor());
            m_strand.emplace(*m_context_strand);
        } else {
            m_strand.emplace(executor);
        }
        m_deadline_timer.emplace(executor);
        m_registry = std::move(registry);
        m_registry->add(this->shared_from_this());
        return socket_con_type::create_socket(executor, m_connection_hdl, m_is_server);
    }

    /// Client: resolves the host of `target` or of the proxy, connects, and calls `start`.
    template <class Started>
    void async_connect(uri_ptr target, Started started) {
        m_target = std::move(target);
        m_resolver.emplace(m_strand->get_inner_executor());
        if (!m_proxy.empty() && !m_proxy_target->get_valid()) {
            return fail_phase({}, error::make_error_code(error::proxy_invalid));
        }
        begin_phase(config::timeout_dns_resolve);
        const uri& first = m_proxy.empty() ? *m_target : *m_proxy_target;
        m_resolver->async_resolve(
            first.get_host(), first.get_port_str(),
            on_strand([self = get_shared(), started](lib::asio::error_code const& ec,
                                                     auto const& addresses) {
                if (ec || self->m_abandoned) return self->fail_phase(ec);
                self->begin_phase(config::timeout_connect);
                lib::asio::async_connect(
                    self->get_raw_socket(), addresses,
                    self->on_strand([self, started](lib::asio::error_code const& failed,
                                                    auto const&) {
                        self->m_resolver.reset();
                        if (failed || self->m_abandoned) return self->fail_phase(failed);
                        self->end_phase();
                        started();
                    }));
            }));
    }

    /// Client: connects to a Unix-domain socket, and calls `start`.
    template <class Started>
    void async_connect(uri_ptr target, Started started,
                       lib::asio::local::stream_protocol::endpoint const& where) {
        m_target = std::move(target);
        begin_phase(config::timeout_connect);
        const auto local = std::make_shared<lib::asio::local::stream_protocol::socket>(
            m_strand->get_inner_executor());
        local->async_connect(
            where, on_strand([self = get_shared(), local, started](lib::asio::error_code ec) {
                if (self->m_abandoned) return;
                if (!ec) {
                    self->get_raw_socket().assign(lib::asio::ip::tcp::v4(), local->release(), ec);
                }
                if (ec) return self->fail_phase(ec);
                self->end_phase();
                started();
            }));
    }

    void detach() noexcept override {
        this->drop_session();
        lib::asio::error_code ignored;
        if (this->m_socket) this->get_raw_socket().close(ignored);
        this->m_socket.reset();
        m_resolver.reset();
        m_deadline_timer.reset();
        m_strand.reset();
        m_context_strand.reset();
    }

protected:
    void set_handle(connection_hdl hdl) { m_connection_hdl = hdl; }

    template <class Action>
    void post_to_connection(Action&& action) {
        if (m_strand) lib::asio::post(*m_strand, std::forward<Action>(action));
    }

    /// Prepares the connected socket: handlers, the proxy, TLS.
    void start_stream() {
        lib::asio::dispatch(*m_strand, [self = get_shared()] { self->prepare_stream(); });
    }

    /// Ends the phase that is in progress before the session begins, and closes the socket.
    void abandon_stream() {
        m_abandoned = true;
        lib::asio::error_code ignored;
        if (m_resolver) m_resolver->cancel();
        if (this->m_socket) this->get_raw_socket().close(ignored);
        end_phase();
    }

private:
    using stream_type::end_phase;
    using stream_type::m_context_strand;
    using stream_type::m_deadline_timer;
    using stream_type::m_phase;
    using stream_type::m_read_buffer;
    using stream_type::m_strand;
    using stream_type::m_tec;
    using stream_type::m_write_buffer;
    using stream_type::on_strand;
    using stream_type::read_size_min;
    using stream_type::translate;

    ptr get_shared() { return lib::static_pointer_cast<type>(this->shared_from_this()); }

    lib::error_code proxy_error() const {
        return m_proxy_target ? lib::error_code()
                              : websocketpp::error::make_error_code(
                                    websocketpp::error::invalid_state);
    }

    // --- phases before the session, each with its timeout

    void begin_phase(long timeout, lib::error_code late = transport::error::make_error_code(
                                       transport::error::timeout)) {
        end_phase();
        if (timeout <= 0) return;
        m_deadline_timer->expires_after(std::chrono::milliseconds(timeout));
        m_deadline_timer->async_wait(
            on_strand([self = get_shared(), phase = m_phase,
                       late](lib::asio::error_code const& ec) {
                if (ec || phase != self->m_phase || !self->m_strand) return;
                self->fail_phase(lib::asio::error::timed_out, late);
            }));
    }
    void fail_phase(lib::asio::error_code const& ec) { fail_phase(ec, translate(ec)); }
    void fail_phase(lib::asio::error_code const& ec, lib::error_code why) {
        if (!m_strand || m_abandoned) return;
        m_tec = ec;
        const std::string text = ec ? ec.message() : why.message();
        m_elog->write(log::elevel::info, "The connection failed: " + text);
        abandon_stream();
        this->on_stream_ready(why);
    }

    void prepare_stream() {
        if (!m_strand || !this->get_raw_socket().is_open()) return;
        lib::asio::error_code ignored;
        this->get_raw_socket().set_option(lib::asio::ip::tcp::no_delay(true), ignored);
        const lib::error_code wrong =
            socket_con_type::prepare_socket(m_connection_hdl, m_is_server, m_target);
        if (wrong) return fail_phase({}, wrong);
        if (m_tcp_pre_init_handler) m_tcp_pre_init_handler(m_connection_hdl);
        if (!m_is_server && !m_proxy.empty()) return ask_proxy();
        begin_tls();
    }

    void ask_proxy() {
        begin_phase(m_proxy_timeout);
        const std::string authority = m_target->get_authority();
        m_write_buffer = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n";
        if (!m_proxy_credentials.empty()) {
            m_write_buffer += "Proxy-Authorization: " + m_proxy_credentials + "\r\n";
        }
        m_write_buffer += "\r\n";
        lib::asio::async_write(
            this->get_next_layer(), lib::asio::buffer(m_write_buffer),
            on_strand([self = get_shared()](lib::asio::error_code const& ec, size_t) {
                if (ec) return self->fail_phase(ec);
                self->read_proxy_answer(
                    std::make_shared<weft::http_head_parser>(weft::http_kind::response));
            }));
    }

    /// Reads one byte at a time: what follows the head belongs to the next layer.
    void read_proxy_answer(std::shared_ptr<weft::http_head_parser> parser) {
        m_read_buffer.resize(1);
        this->get_next_layer().async_read_some(
            lib::asio::buffer(m_read_buffer.data(), 1),
            on_strand([self = get_shared(), parser](lib::asio::error_code const& ec, size_t) {
                if (ec) return self->fail_phase(ec);
                (void)parser->feed({self->m_read_buffer.data(), 1});
                if (parser->status() == weft::http_head_parser::state::more) {
                    return self->read_proxy_answer(parser);
                }
                if (parser->status() == weft::http_head_parser::state::failed ||
                    parser->take_response().status() / 100 != 2) {
                    return self->fail_phase({}, error::make_error_code(error::proxy_failed));
                }
                self->end_phase();
                self->m_write_buffer.clear();
                self->begin_tls();
            }));
    }

    void begin_tls() {
        if constexpr (socket_con_type::layer_is_tls) {
            begin_phase(config::timeout_socket_post_init,
                        socket::error::make_error_code(socket::error::tls_handshake_timeout));
            socket_con_type::async_handshake(
                m_is_server, on_strand([self = get_shared()](lib::asio::error_code const& ec) {
                    namespace socket_error = socket::error;
                    if (ec) {
                        return self->fail_phase(ec, socket_error::make_error_code(
                                                        socket_error::tls_handshake_failed));
                    }
                    self->end_phase();
                    self->begin_messages();
                }));
        } else {
            begin_messages();
        }
    }

    void begin_messages() {
        if (!m_strand) return;
        if (m_tcp_post_init_handler) m_tcp_post_init_handler(m_connection_hdl);
        if constexpr (!socket_con_type::layer_is_tls) {
            lib::asio::error_code ignored;
            this->get_socket().non_blocking(true, ignored);
        }
        m_read_buffer.resize(read_size_min);
        this->on_stream_ready({});
    }

    bool const m_is_server;
    lib::shared_ptr<elog_type> m_elog;
    connection_hdl m_connection_hdl;
    uri_ptr m_target;
    std::shared_ptr<websocketpp::detail::connection_registry> m_registry;

    std::optional<lib::asio::ip::tcp::resolver> m_resolver;

    tcp_init_handler m_tcp_pre_init_handler;
    tcp_init_handler m_tcp_post_init_handler;

    std::string m_proxy;
    uri_ptr m_proxy_target;
    std::string m_proxy_credentials;
    long m_proxy_timeout = config::timeout_proxy;

    bool m_abandoned = false; ///< failed or terminated before there was a session
};

} // namespace websocketpp::transport::asio
