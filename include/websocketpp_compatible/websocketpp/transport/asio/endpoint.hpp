// SPDX-License-Identifier: MIT
// The Asio transport of an endpoint: its io_context, its listening socket, its timers.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <websocketpp/common/asio.hpp>
#include <websocketpp/common/functional.hpp>
#include <websocketpp/detail/connection_registry.hpp>
#include <websocketpp/detail/loop_context.hpp>
#include <websocketpp/error.hpp>
#include <websocketpp/logger/levels.hpp>
#include <websocketpp/transport/asio/connection.hpp>
#include <websocketpp/transport/asio/security/none.hpp>
#include <websocketpp/transport/base/endpoint.hpp>
#include <websocketpp/uri.hpp>

namespace websocketpp::transport::asio {

/// Call `init_asio` or `init_weft` before anything else. After `init_asio` any number of threads
/// may call `run`.
///
/// If the endpoint has created its io_context, its destructor destroys it, and connections that
/// still exist end without calling handlers. An io_context of the application must outlive the
/// connections, which may outlive the endpoint.
template <typename config>
class endpoint : public config::socket_type {
public:
    typedef endpoint<config> type;
    typedef typename config::concurrency_type concurrency_type;
    typedef typename config::socket_type socket_type;
    typedef typename config::elog_type elog_type;
    typedef typename config::alog_type alog_type;
    typedef typename socket_type::socket_con_type socket_con_type;
    typedef typename socket_con_type::ptr socket_con_ptr;
    typedef asio::connection<config> transport_con_type;
    typedef typename transport_con_type::ptr transport_con_ptr;
    typedef lib::asio::io_context* io_service_ptr;
    typedef lib::shared_ptr<lib::asio::ip::tcp::acceptor> acceptor_ptr;
    typedef lib::shared_ptr<lib::asio::ip::tcp::resolver> resolver_ptr;
    typedef lib::shared_ptr<lib::asio::steady_timer> timer_ptr;
    typedef lib::asio::executor_work_guard<lib::asio::io_context::executor_type> work_guard;
    typedef lib::shared_ptr<work_guard> work_ptr;
    typedef lib::function<lib::error_code(acceptor_ptr)> tcp_pre_bind_handler;

    endpoint() = default;
    endpoint(endpoint const&) = delete;
    endpoint& operator=(endpoint const&) = delete;

    /// Takes over the io_context and the listening socket. What `from` was accepting is dropped:
    /// call `start_accept` again.
    endpoint(endpoint&& from)
        : socket_type(std::move(from)),
          m_registry(std::exchange(
              from.m_registry, std::make_shared<websocketpp::detail::connection_registry>())),
          m_own_context(std::move(from.m_own_context)),
          m_on_loop(std::move(from.m_on_loop)), m_context(std::exchange(from.m_context, nullptr)),
          m_acceptor(std::move(from.m_acceptor)), m_work(std::move(from.m_work)),
          m_listen_backlog(from.m_listen_backlog), m_reuse_addr(from.m_reuse_addr),
          m_tcp_pre_bind_handler(std::move(from.m_tcp_pre_bind_handler)),
          m_tcp_pre_init_handler(std::move(from.m_tcp_pre_init_handler)),
          m_tcp_post_init_handler(std::move(from.m_tcp_post_init_handler)),
          m_elog(std::move(from.m_elog)) {
        from.m_alive = std::make_shared<char>();
    }
    ~endpoint() {
        m_alive.reset();
        m_acceptor.reset();
        m_work.reset();
        if (m_own_context || m_on_loop) m_registry->detach_all();
    }

    bool is_secure() const { return socket_type::is_secure(); }

    // --- the io_context

    /// Uses an io_context of the application. Fails with `error::invalid_state` the second time.
    void init_asio(io_service_ptr ptr, lib::error_code& ec) {
        ec = initialized_error(false);
        if (ec) return;
        m_context = ptr;
        m_acceptor = lib::make_shared<lib::asio::ip::tcp::acceptor>(executor());
    }
    void init_asio(io_service_ptr ptr) {
        websocketpp::detail::throw_if([&](lib::error_code& ec) { init_asio(ptr, ec); });
    }

    /// Creates an io_context.
    void init_asio(lib::error_code& ec) {
        ec = initialized_error(false);
        if (ec) return;
        m_own_context = std::make_unique<lib::asio::io_context>();
        init_asio(m_own_context.get(), ec);
    }
    void init_asio() {
        websocketpp::detail::throw_if([&](lib::error_code& ec) { init_asio(ec); });
    }

    /// Runs all handlers on a Weft event loop, which may be a guest in another loop. Use it instead
    /// of `init_asio`; it fails in the same way. Create and destroy the endpoint on the loop's
    /// thread, and destroy it before the loop: connections then end without calling handlers. Its
    /// own handlers must not destroy it; they may post a function to the loop that does.
    ///
    /// `run`, `stop` and the like call those of the loop. There is no io_context: `get_io_service`
    /// and `get_io_context` throw `error::invalid_state`. An exception from a handler does not
    /// leave `run`; the loop's `on_error` receives it. Other threads may call the same functions as
    /// after `init_asio`. Asio waits for the sockets on a thread of its own.
    void init_weft(weft::event_loop& loop, lib::error_code& ec) {
        ec = initialized_error(false);
        if (ec) return;
        m_on_loop = std::make_unique<websocketpp::detail::loop_context>(loop);
        m_acceptor = lib::make_shared<lib::asio::ip::tcp::acceptor>(executor());
    }
    void init_weft(weft::event_loop& loop) {
        websocketpp::detail::throw_if([&](lib::error_code& ec) { init_weft(loop, ec); });
    }

    /// Returns the io_context as an io_service: with Asio's own io_service the same, otherwise
    /// with the members that Asio has removed, such as `post`.
    lib::asio::io_service& get_io_service() {
        return lib::removed::as_io_service<lib::asio::io_service>(get_io_context());
    }
    lib::asio::io_context& get_io_context() {
        namespace error = websocketpp::error;
        if (!m_context) throw websocketpp::exception(error::make_error_code(error::invalid_state));
        return *m_context;
    }

    std::size_t run() { return m_on_loop ? m_on_loop->loop().run() : m_context->run(); }
    std::size_t run_one() { return m_on_loop ? m_on_loop->loop().run_one() : m_context->run_one(); }
    std::size_t poll() { return m_on_loop ? m_on_loop->loop().poll() : m_context->poll(); }
    std::size_t poll_one() {
        return m_on_loop ? m_on_loop->loop().poll_one() : m_context->poll_one();
    }

    /// Makes `run` return. Connections and the listening socket stay open.
    void stop() {
        if (m_on_loop) return m_on_loop->loop().stop();
        m_context->stop();
    }
    void reset() {
        if (m_on_loop) return m_on_loop->loop().restart();
        m_context->restart();
    }
    bool stopped() const {
        return m_on_loop ? m_on_loop->loop().stopped() : m_context->stopped();
    }

    /// Keeps `run` from returning when there is no work, until `stop_perpetual`.
    void start_perpetual() {
        if (m_on_loop) {
            m_on_loop->loop().start_perpetual();
        } else {
            m_work = lib::make_shared<work_guard>(m_context->get_executor());
        }
    }
    void stop_perpetual() {
        if (m_on_loop) m_on_loop->loop().stop_perpetual();
        m_work.reset();
    }

    /// Calls `callback` after `duration` milliseconds, or with `operation_aborted` when the timer
    /// is cancelled.
    timer_ptr set_timer(long duration, timer_handler callback) {
        timer_ptr timer = lib::make_shared<lib::asio::steady_timer>(
            executor(), std::chrono::milliseconds(duration));
        timer->async_wait([timer, callback = std::move(callback)](lib::asio::error_code const& ec) {
            callback(ec ? transport::error::make_error_code(transport::error::operation_aborted)
                        : lib::error_code());
        });
        return timer;
    }

    // --- handlers of connections that are created from now on

    /// Called before the listening socket is bound; an error ends `listen`.
    void set_tcp_pre_bind_handler(tcp_pre_bind_handler h) {
        m_tcp_pre_bind_handler = std::move(h);
    }
    void set_tcp_pre_init_handler(tcp_init_handler h) { m_tcp_pre_init_handler = std::move(h); }
    void set_tcp_init_handler(tcp_init_handler h) { m_tcp_pre_init_handler = std::move(h); }
    void set_tcp_post_init_handler(tcp_init_handler h) { m_tcp_post_init_handler = std::move(h); }

    // --- listening

    void set_listen_backlog(int backlog) { m_listen_backlog = backlog; }
    void set_reuse_addr(bool value) { m_reuse_addr = value; }

    /// Listens at an address. `ec` gets the error of the system.
    void listen(lib::asio::ip::tcp::endpoint const& ep, lib::error_code& ec) { listen_at(ep, ec); }
    void listen(lib::asio::ip::tcp::endpoint const& ep) {
        websocketpp::detail::throw_if([&](lib::error_code& ec) { listen(ep, ec); });
    }

    /// Listens at a Unix-domain socket. The pre-bind handler is not called. The file must not
    /// exist, and is not removed afterwards.
    void listen(lib::asio::local::stream_protocol::endpoint const& ep, lib::error_code& ec) {
        listen_at(ep, ec);
    }
    void listen(lib::asio::local::stream_protocol::endpoint const& ep) {
        websocketpp::detail::throw_if([&](lib::error_code& ec) { listen(ep, ec); });
    }

    /// Listens at a port of all addresses of a protocol: `tcp::v4()` or `tcp::v6()`.
    template <typename InternetProtocol>
    void listen(InternetProtocol const& protocol, uint16_t port, lib::error_code& ec) {
        listen(lib::asio::ip::tcp::endpoint(protocol, port), ec);
    }
    template <typename InternetProtocol>
    void listen(InternetProtocol const& protocol, uint16_t port) {
        listen(lib::asio::ip::tcp::endpoint(protocol, port));
    }

    /// Listens at a port for IPv6 and IPv4.
    void listen(uint16_t port, lib::error_code& ec) {
        listen(lib::asio::ip::tcp::v6(), port, ec);
    }
    void listen(uint16_t port) { listen(lib::asio::ip::tcp::v6(), port); }

    /// Listens at the first address of a host and a service, or port number.
    void listen(std::string const& host, std::string const& service, lib::error_code& ec) {
        ec = initialized_error(true);
        if (ec) return;
        lib::asio::ip::tcp::resolver resolver(executor());
        lib::asio::error_code failed;
        const auto found = resolver.resolve(host, service, failed);
        if (failed || found.begin() == found.end()) {
            ec = error::make_error_code(error::invalid_host_service);
            return;
        }
        listen(found.begin()->endpoint(), ec);
    }
    void listen(std::string const& host, std::string const& service) {
        websocketpp::detail::throw_if([&](lib::error_code& ec) { listen(host, service, ec); });
    }

    /// Stops accepting. Connections go on.
    void stop_listening(lib::error_code& ec) {
        ec = lib::error_code();
        if (!is_listening()) {
            ec = websocketpp::error::make_error_code(websocketpp::error::invalid_state);
            return;
        }
        ++m_listening_round;
        lib::asio::error_code ignored;
        m_acceptor->close(ignored);
    }
    void stop_listening() {
        websocketpp::detail::throw_if([&](lib::error_code& ec) { stop_listening(ec); });
    }
    bool is_listening() const { return m_acceptor && m_acceptor->is_open(); }

    /// Fails if the server listens at a Unix-domain socket.
    lib::asio::ip::tcp::endpoint get_local_endpoint(lib::asio::error_code& ec) {
        ec = lib::asio::error::bad_descriptor;
        if (!m_acceptor) return {};
        const auto local = m_acceptor->local_endpoint(ec);
        if (!detail::is_unix(local)) return local;
        ec = lib::asio::error::address_family_not_supported;
        return {};
    }

    /// Accepts one connection. `callback` is called once, unless `ec` is set or the endpoint ends;
    /// with `error::operation_canceled` if listening ends first.
    void async_accept(transport_con_ptr const& con, accept_handler callback, lib::error_code& ec) {
        namespace error = websocketpp::error;
        ec = is_listening() ? lib::error_code()
                            : error::make_error_code(error::async_accept_not_listening);
        if (ec) return;
        m_acceptor->async_accept(
            con->get_raw_socket(),
            [this, alive = std::weak_ptr(m_alive), con, round = listening_round(),
             callback = std::move(callback)](lib::asio::error_code const& failed) {
                if (alive.expired()) return; // the endpoint has been destroyed
                if (!failed) return callback(lib::error_code());
                if (is_cancelled(failed, round)) {
                    return callback(error::make_error_code(error::operation_canceled));
                }
                m_elog->write(log::elevel::info, "asio async_accept: " + failed.message());
                retry_later([this, callback, failed, round] {
                    if (!is_cancelled(failed, round)) return callback(failed);
                    callback(error::make_error_code(error::operation_canceled));
                });
            });
    }
    void async_accept(transport_con_ptr const& con, accept_handler callback) {
        websocketpp::detail::throw_if(
            [&](lib::error_code& ec) { async_accept(con, std::move(callback), ec); });
    }

protected:
    void init_logging(lib::shared_ptr<alog_type> const&, lib::shared_ptr<elog_type> const& elog) {
        m_elog = elog;
    }

    /// Returns a number that `listen` and `stop_listening` change. Code that accepts one connection
    /// after another compares it, so that it does not continue with the socket of a later `listen`.
    unsigned long listening_round() const { return m_listening_round; }

    lib::error_code init(transport_con_ptr const& con) {
        if (const lib::error_code ec = initialized_error(true)) return ec;
        socket_type::prepare(*con);
        con->set_tcp_pre_init_handler(m_tcp_pre_init_handler);
        con->set_tcp_post_init_handler(m_tcp_post_init_handler);
        return con->init_asio(executor(), m_on_loop ? nullptr : m_context, m_registry);
    }

    /// Connects to the host of `target`, or to `where` instead.
    template <class... Where>
    void async_connect(transport_con_ptr const& con, uri_ptr const& target,
                       connect_handler callback, Where const&... where) {
        lib::asio::dispatch(con->get_strand()->get_executor(), [con, target, callback, where...] {
            con->async_connect(target, [callback] { callback(lib::error_code()); }, where...);
        });
    }

private:
    /// Returns whether an attempt to accept failed because listening ended, or after that.
    bool is_cancelled(lib::asio::error_code const& failed, unsigned long round) const {
        return failed == lib::asio::error::operation_aborted || round != listening_round();
    }

    /// Waits before the next attempt to accept: descriptors may have run out.
    template <class Action>
    void retry_later(Action&& action) {
        auto timer = std::make_shared<lib::asio::steady_timer>(executor(),
                                                               std::chrono::milliseconds(50));
        timer->async_wait([timer, alive = std::weak_ptr(m_alive),
                           action = std::forward<Action>(action)](lib::asio::error_code const& ec) {
            if (!ec && !alive.expired()) action();
        });
    }

    lib::error_code initialized_error(bool expected) const {
        namespace error = websocketpp::error;
        return (m_context || m_on_loop) == expected ? lib::error_code()
                                                    : error::make_error_code(error::invalid_state);
    }

    lib::asio::any_io_executor executor() const {
        if (m_on_loop) return m_on_loop->get_executor();
        return m_context->get_executor();
    }

    template <class Endpoint>
    void listen_at(Endpoint const& ep, lib::error_code& ec) {
        ec = initialized_error(true);
        if (!ec && is_listening()) {
            ec = websocketpp::error::make_error_code(websocketpp::error::invalid_state);
        }
        if (ec) return;
        ++m_listening_round;
        ec = open_acceptor(ep);
        if (!ec) return;
        m_elog->write(log::elevel::info, "asio listen: " + ec.message());
        lib::asio::error_code ignored;
        m_acceptor->close(ignored);
    }

    /// `m_acceptor` takes over the descriptor, so that all connections have the same type of
    /// socket.
    lib::error_code open_acceptor(lib::asio::local::stream_protocol::endpoint const& ep) {
        lib::asio::error_code ec;
        lib::asio::local::stream_protocol::acceptor opened(executor());
        opened.open(ep.protocol(), ec);
        if (!ec) opened.bind(ep, ec);
        if (!ec) opened.listen(m_listen_backlog, ec);
        if (!ec) m_acceptor->assign(lib::asio::ip::tcp::v4(), opened.release(), ec);
        return ec;
    }
    lib::error_code open_acceptor(lib::asio::ip::tcp::endpoint const& ep) {
        lib::asio::error_code ec;
        m_acceptor->open(ep.protocol(), ec);
        if (!ec) {
            m_acceptor->set_option(lib::asio::socket_base::reuse_address(m_reuse_addr), ec);
        }
        if (!ec && m_tcp_pre_bind_handler) {
            if (const lib::error_code refused = m_tcp_pre_bind_handler(m_acceptor)) return refused;
        }
        if (!ec) m_acceptor->bind(ep, ec);
        if (!ec) m_acceptor->listen(m_listen_backlog, ec);
        return ec;
    }

    // The io_context is destroyed after all that uses it.
    std::shared_ptr<websocketpp::detail::connection_registry> m_registry =
        std::make_shared<websocketpp::detail::connection_registry>();
    std::unique_ptr<lib::asio::io_context> m_own_context;
    std::unique_ptr<websocketpp::detail::loop_context> m_on_loop; ///< instead of an io_context
    lib::asio::io_context* m_context = nullptr;
    acceptor_ptr m_acceptor;
    std::atomic<unsigned long> m_listening_round = 0;
    work_ptr m_work;
    int m_listen_backlog = lib::asio::socket_base::max_listen_connections;
    bool m_reuse_addr = false;

    tcp_pre_bind_handler m_tcp_pre_bind_handler;
    tcp_init_handler m_tcp_pre_init_handler;
    tcp_init_handler m_tcp_post_init_handler;

    lib::shared_ptr<elog_type> m_elog;

    /// Expires with the endpoint, unlike the registry, which its connections share.
    std::shared_ptr<char> m_alive = std::make_shared<char>();
};

} // namespace websocketpp::transport::asio
