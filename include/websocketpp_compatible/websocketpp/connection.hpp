// SPDX-License-Identifier: MIT
// A WebSocket connection with the interface of WebSocket++, on Weft's session.
#pragma once

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <queue>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <weft/core/extension.hpp>

// Includes more than this file needs, because programs rely on these headers.
#include <websocketpp/base64/base64.hpp>
#include <websocketpp/close.hpp>
#include <websocketpp/common/connection_hdl.hpp>
#include <websocketpp/common/functional.hpp>
#include <websocketpp/common/md5.hpp>
#include <websocketpp/common/memory.hpp>
#include <websocketpp/common/platforms.hpp>
#include <websocketpp/detail/connection_types.hpp>
#include <websocketpp/detail/handler_slot.hpp>
#include <websocketpp/detail/session_link.hpp>
#include <websocketpp/detail/translate.hpp>
#include <websocketpp/error.hpp>
#include <websocketpp/frame.hpp>
#include <websocketpp/http/constants.hpp>
#include <websocketpp/logger/levels.hpp>
#include <websocketpp/processors/hybi00.hpp>
#include <websocketpp/processors/hybi07.hpp>
#include <websocketpp/processors/hybi08.hpp>
#include <websocketpp/processors/hybi13.hpp>
#include <websocketpp/processors/processor.hpp>
#include <websocketpp/sha1/sha1.hpp>
#include <websocketpp/transport/base/connection.hpp>
#include <websocketpp/uri.hpp>
#include <websocketpp/utf8_validator.hpp>
#include <websocketpp/version.hpp>

namespace websocketpp {

/// A connection. Its handlers never overlap. Functions may be called on any thread and in any
/// handler; the getters of the handshake only from the first handler on.
template <typename config>
class connection : public config::transport_type::transport_con_type,
                   public config::connection_base {
public:
    typedef connection<config> type;
    typedef lib::shared_ptr<type> ptr;
    typedef lib::weak_ptr<type> weak_ptr;

    typedef typename config::concurrency_type concurrency_type;
    typedef typename config::alog_type alog_type;
    typedef typename config::elog_type elog_type;
    typedef typename config::transport_type::transport_con_type transport_con_type;
    typedef typename transport_con_type::ptr transport_con_ptr;
    typedef lib::function<void(ptr)> termination_handler;
    typedef typename concurrency_type::scoped_lock_type scoped_lock_type;
    typedef typename concurrency_type::mutex_type mutex_type;
    typedef typename config::request_type request_type;
    typedef typename config::response_type response_type;
    typedef typename config::message_type message_type;
    typedef typename message_type::ptr message_ptr;
    typedef typename config::con_msg_manager_type con_msg_manager_type;
    typedef typename con_msg_manager_type::ptr con_msg_manager_ptr;
    typedef typename config::rng_type rng_type;
    typedef lib::function<void(connection_hdl, message_ptr)> message_handler;
    typedef typename transport_con_type::timer_ptr timer_ptr;

    connection(bool is_server, std::string const& agent_name,
               lib::shared_ptr<alog_type> const& alog, lib::shared_ptr<elog_type> const& elog,
               weft::random_source& random)
        : transport_con_type(is_server, alog, elog), m_alog(alog), m_elog(elog),
          m_user_agent(agent_name), m_is_server(is_server),
          m_msg_manager(typename config::endpoint_msg_manager_type().get_manager()) {
        typedef typename config::permessage_deflate_type deflate_type;
        weft::session_options& options = this->options_;
        options.role = is_server ? weft::role::server : weft::role::client;
        options.random = &random;
        if (config::enable_extensions) options.extension = deflate_type::negotiator(is_server);
        options.limits.header_size_max = http::max_header_size;
        options.limits.request_count_max = 1;
        options.limits.message_rate_min = 0;
        options.limits.body_size_max = config::max_http_body_size;
        options.limits.message_size_max = config::max_message_size;
        options.timeouts = {};
        options.timeouts.handshake = milliseconds(config::timeout_open_handshake);
        options.timeouts.close = milliseconds(config::timeout_close_handshake);
        options.timeouts.ping_interval = options.timeouts.pong = weft::duration::zero();
        options.timeouts.message = options.timeouts.write_stall = weft::duration::zero();
    }

    ptr get_shared() {
        return lib::static_pointer_cast<type>(detail::session_link::shared_from_this());
    }

    // --- handlers

    void set_open_handler(open_handler h) { m_open_handler.set(std::move(h)); }
    void set_close_handler(close_handler h) { m_close_handler.set(std::move(h)); }
    void set_fail_handler(fail_handler h) { m_fail_handler.set(std::move(h)); }

    /// Called with the payload of a ping; returns whether to answer it.
    void set_ping_handler(ping_handler h) {
        const detail::session_link::hold_type hold(this->lock_);
        this->options_.answers_pings = !h;
        m_ping_handler.set(std::move(h));
    }
    void set_pong_handler(pong_handler h) { m_pong_handler.set(std::move(h)); }

    /// Called when a ping of `ping` was not answered in time. The connection stays open.
    void set_pong_timeout_handler(pong_timeout_handler h) {
        m_pong_timeout_handler.set(std::move(h));
    }
    void set_interrupt_handler(interrupt_handler h) { m_interrupt_handler.set(std::move(h)); }
    void set_http_handler(http_handler h) { m_http_handler.set(std::move(h)); }
    void set_validate_handler(validate_handler h) { m_validate_handler.set(std::move(h)); }
    void set_message_handler(message_handler h) { m_message_handler.set(std::move(h)); }
    void set_termination_handler(termination_handler h) { m_termination_handler = std::move(h); }

    // --- timeouts, in milliseconds; 0 for none. Limits, in bytes.

    void set_open_handshake_timeout(long dur) {
        const detail::session_link::hold_type hold(this->lock_);
        this->options_.timeouts.handshake = milliseconds(dur);
    }
    void set_close_handshake_timeout(long dur) {
        const detail::session_link::hold_type hold(this->lock_);
        this->options_.timeouts.close = milliseconds(dur);
    }
    void set_pong_timeout(long dur) { m_pong_timeout = dur; }

    size_t get_max_message_size() const { return this->options_.limits.message_size_max; }
    void set_max_message_size(size_t size) {
        const detail::session_link::hold_type hold(this->lock_);
        this->options_.limits.message_size_max = size;
        if (this->session_) this->session_->change_options(this->options_);
    }
    size_t get_max_http_body_size() const { return this->options_.limits.body_size_max; }
    void set_max_http_body_size(size_t size) {
        const detail::session_link::hold_type hold(this->lock_);
        this->options_.limits.body_size_max = size;
    }

    // --- messages

    /// Returns how many bytes of output have not been written to the stream.
    size_t get_buffered_amount() const {
        return this->read_session([](auto& session) { return session.output_size(); },
                                  size_t(0)) +
               this->transport_buffered();
    }
    size_t buffered_amount() const { return get_buffered_amount(); }

    /// Sends a message. Fails with `error::invalid_state` if the connection is not open, and with
    /// `processor::error::invalid_payload` for text that is not UTF-8.
    lib::error_code send(std::string const& payload,
                         frame::opcode::value op = frame::opcode::text) {
        return send_bytes(payload.data(), payload.size(), op, weft::compression::automatic);
    }
    lib::error_code send(void const* payload, size_t size,
                         frame::opcode::value op = frame::opcode::binary) {
        return send_bytes(payload, size, op, weft::compression::automatic);
    }
    lib::error_code send(message_ptr msg) {
        if (!msg) return error::make_error_code(error::no_outgoing_buffers);
        return send_bytes(msg->get_payload().data(), msg->get_payload().size(),
                          msg->get_opcode(),
                          msg->get_compressed() ? weft::compression::automatic
                                                : weft::compression::off);
    }

    /// Creates a message to fill in and send.
    message_ptr get_message(frame::opcode::value op, size_t size) const {
        return m_msg_manager->get_message(op, size);
    }

    void ping(std::string const& payload) { detail::throw_if(ping_for(payload)); }
    void ping(std::string const& payload, lib::error_code& ec) { ec = ping_for(payload); }
    void pong(std::string const& payload) { detail::throw_if(pong_for(payload)); }
    void pong(std::string const& payload, lib::error_code& ec) { ec = pong_for(payload); }

    /// Begins the closing handshake. Fails with `error::invalid_state` if the connection is not
    /// open, and with an error of `processor::error` for a code that must not be sent. A reason of
    /// more than 123 bytes is truncated.
    void close(close::status::value const code, std::string const& reason) {
        detail::throw_if(close_for(code, reason));
    }
    void close(close::status::value const code, std::string const& reason, lib::error_code& ec) {
        ec = close_for(code, reason);
    }

    /// Ends the connection at once, without a closing handshake. `ec` becomes `get_ec()`.
    void terminate(lib::error_code const& ec) {
        this->post_to_connection([self = get_shared(), ec] { self->terminate_now(ec); });
    }

    // --- flow

    /// Calls the interrupt handler soon.
    lib::error_code interrupt() {
        this->post_to_connection([self = get_shared()] { self->handle_interrupt(); });
        return {};
    }
    void handle_interrupt() {
        if (const auto handler = m_interrupt_handler.get()) (*handler)(m_connection_hdl);
    }

    /// Stops the delivery of messages soon; `resume_reading` continues it.
    lib::error_code pause_reading() {
        this->post_to_connection([self = get_shared()] { self->handle_pause_reading(); });
        return {};
    }
    void handle_pause_reading() {
        this->with_session([](auto& session) { return session.pause(type::now()), true; }, false);
    }
    lib::error_code resume_reading() {
        this->post_to_connection([self = get_shared()] { self->handle_resume_reading(); });
        return {};
    }
    void handle_resume_reading() {
        this->with_session([](auto& session) { return session.resume(type::now()), true; }, false);
    }

    // --- the handshake

    /// On a server these are false, empty, zero or null until the request has been read.
    bool get_secure() const { return m_uri && m_uri->get_secure(); }
    std::string const& get_host() const { return m_uri ? m_uri->get_host() : no_text(); }
    std::string const& get_resource() const { return m_uri ? m_uri->get_resource() : no_text(); }
    uint16_t get_port() const { return m_uri ? m_uri->get_port() : uint16_t(0); }
    uri_ptr get_uri() const { return m_uri; }
    void set_uri(uri_ptr target) {
        m_uri = target;
        transport_con_type::set_uri(target);
    }

    std::string const& get_subprotocol() const { return m_subprotocol; }
    std::vector<std::string> const& get_requested_subprotocols() const {
        return m_requested_subprotocols;
    }

    /// Returns the versions of the protocol that a server accepts.
    std::vector<int> const& get_supported_versions() const {
        static std::vector<int> const versions{13};
        return versions;
    }

    /// Client: asks for a subprotocol.
    void add_subprotocol(std::string const& request) {
        detail::throw_if([&](lib::error_code& ec) { add_subprotocol(request, ec); });
    }
    void add_subprotocol(std::string const& request, lib::error_code& ec) {
        if (m_is_server) {
            ec = error::make_error_code(error::client_only);
        } else if (!weft::is_token(request)) {
            ec = error::make_error_code(error::invalid_subprotocol);
        } else {
            ec = lib::error_code();
            m_requested_subprotocols.push_back(request);
        }
    }

    /// Server, in the validate handler: chooses one of the subprotocols that the client asks for.
    void select_subprotocol(std::string const& value) {
        detail::throw_if([&](lib::error_code& ec) { select_subprotocol(value, ec); });
    }
    void select_subprotocol(std::string const& value, lib::error_code& ec) {
        ec = lib::error_code();
        if (!m_is_server) {
            ec = error::make_error_code(error::server_only);
        } else if (value.empty()) {
            m_subprotocol.clear();
        } else {
            for (std::string const& each : m_requested_subprotocols) {
                if (each != value) continue;
                m_subprotocol = value;
                return;
            }
            ec = error::make_error_code(error::unrequested_subprotocol);
        }
    }

    std::string const& get_request_header(std::string const& key) const {
        return m_request.get_header(key);
    }
    std::string const& get_request_body() const { return m_request.get_body(); }
    std::string const& get_response_header(std::string const& key) const {
        return m_response.get_header(key);
    }
    http::status_code::value get_response_code() const { return m_response.get_status_code(); }
    std::string const& get_response_msg() const { return m_response.get_status_msg(); }
    request_type const& get_request() const { return m_request; }
    response_type const& get_response() const { return m_response; }
    std::string const& get_origin() const { return m_request.get_header("Origin"); }

    /// Server: call these in the http and validate handlers, or while the response is deferred.
    /// They fail with `error::invalid_state` at other times.
    void set_status(http::status_code::value code) {
        detail::throw_if([&](lib::error_code& ec) { set_status(code, ec); });
    }
    void set_status(http::status_code::value code, lib::error_code& ec) {
        ec = answer_error();
        if (!ec) m_response.set_status(code);
    }
    void set_status(http::status_code::value code, std::string const& msg) {
        detail::throw_if([&](lib::error_code& ec) { set_status(code, msg, ec); });
    }
    void set_status(http::status_code::value code, std::string const& msg, lib::error_code& ec) {
        ec = answer_error();
        if (!ec) m_response.set_status(code, msg);
    }
    void set_body(std::string value) {
        detail::throw_if(answer_error());
        m_response.set_body(std::move(value));
    }
    void set_body(std::string value, lib::error_code& ec) {
        ec = answer_error();
        if (!ec) m_response.set_body(std::move(value), ec);
    }

    /// Server: headers of the response, as above. Client: headers of the request, before `connect`.
    /// A name that is not a token is an `http::error`, or an http::exception.
    void append_header(std::string const& key, std::string const& val) {
        detail::throw_if(change_head([&](auto& head) { return head.append_header(key, val); }));
    }
    void append_header(std::string const& key, std::string const& val, lib::error_code& ec) {
        ec = change_head([&](auto& head) {
            head.append_header(key, val, ec);
            return ec;
        });
    }
    void replace_header(std::string const& key, std::string const& val) {
        detail::throw_if(change_head([&](auto& head) { return head.replace_header(key, val); }));
    }
    void replace_header(std::string const& key, std::string const& val, lib::error_code& ec) {
        ec = change_head([&](auto& head) {
            head.replace_header(key, val, ec);
            return ec;
        });
    }
    void remove_header(std::string const& key) {
        detail::throw_if(change_head([&](auto& head) {
            head.remove_header(key); // nothing has a name that is not a token
            return lib::error_code();
        }));
    }
    void remove_header(std::string const& key, lib::error_code& ec) {
        ec = change_head([&](auto& head) { return head.remove_header(key); });
    }

    /// In the http handler: the response follows with `send_http_response`, from any thread.
    lib::error_code defer_http_response() {
        const detail::session_link::hold_type hold(this->lock_);
        this->options_.timeouts.handshake = weft::duration::zero();
        m_http_state = session::http_state::deferred;
        return {};
    }
    void send_http_response() {
        detail::throw_if([&](lib::error_code& ec) { send_http_response(ec); });
    }
    void send_http_response(lib::error_code& ec) {
        session::http_state::value expected = session::http_state::deferred;
        if (!m_http_state.compare_exchange_strong(expected,
                                                  session::http_state::headers_written)) {
            ec = error::make_error_code(error::invalid_state);
            return;
        }
        ec = lib::error_code();
        this->post_to_connection([self = get_shared()] { self->write_http_response(); });
    }

    // --- state

    connection_hdl get_handle() const { return m_connection_hdl; }
    void set_handle(connection_hdl hdl) {
        m_connection_hdl = hdl;
        transport_con_type::set_handle(hdl);
    }
    bool is_server() const { return m_is_server; }
    session::state::value get_state() const { return m_state; }

    /// Return the code and the reason of the close frame that was sent or received;
    /// `abnormal_close` if there was none. Valid from the close handler on.
    close::status::value get_local_close_code() const { return m_local_close_code; }
    std::string const& get_local_close_reason() const { return m_local_close_reason; }
    close::status::value get_remote_close_code() const { return m_remote_close_code; }
    std::string const& get_remote_close_reason() const { return m_remote_close_reason; }

    /// Returns why the connection failed or was closed.
    lib::error_code get_ec() const { return m_ec; }

    /// Starts the connection: its socket is connected, or the application feeds it.
    void start() { this->start_stream(); }

    /// Used by the endpoint: see session_link.
    void detach() noexcept override {
        replace_ping_timer(timer_ptr()); // it must not outlive the endpoint's io_context
        transport_con_type::detach();
    }

private:
    static std::string const& no_text() {
        static std::string const empty;
        return empty;
    }

    static weft::duration milliseconds(long dur) {
        return dur > 0 ? weft::duration(std::chrono::milliseconds(dur)) : weft::duration::zero();
    }

    lib::error_code answer_error() const {
        return m_is_server && m_answering ? lib::error_code()
                                          : error::make_error_code(error::invalid_state);
    }
    lib::error_code header_error() const {
        if (m_is_server) return answer_error();
        return m_started ? error::make_error_code(error::invalid_state) : lib::error_code();
    }
    /// Calls `action` with the message whose headers the application may change, if it may now.
    template <class Action>
    lib::error_code change_head(Action&& action) {
        const lib::error_code wrong = header_error();
        if (wrong) return wrong;
        return m_is_server ? result_of(action, m_response) : result_of(action, m_request);
    }
    /// The types of the config may replace functions of 0.8.2 by their own, which return nothing.
    template <class Action, class Head>
    static lib::error_code result_of(Action& action, Head& head) {
        if constexpr (std::is_void_v<std::invoke_result_t<Action&, Head&>>) {
            action(head);
            return {};
        } else {
            return action(head);
        }
    }

    lib::error_code send_bytes(void const* payload, size_t size, frame::opcode::value op,
                               weft::compression choice) {
        if (op != frame::opcode::text && op != frame::opcode::binary) {
            return processor::error::make_error_code(processor::error::invalid_opcode);
        }
        if (m_state != session::state::open) {
            return error::make_error_code(error::invalid_state);
        }
        const bool is_text = op == frame::opcode::text;
        const std::span bytes(static_cast<std::byte const*>(payload), size);
        if (is_text && !weft::is_utf8(bytes)) {
            return processor::error::make_error_code(processor::error::invalid_payload);
        }
        const bool sent = this->with_session(
            [&](auto& session) { return session.send(weft::message(bytes, is_text), choice); },
            false);
        if (!sent) return error::make_error_code(error::invalid_state);
        log_message("Sent", is_text, bytes);
        return {};
    }

    lib::error_code ping_for(std::string const& payload) {
        if (m_state != session::state::open) {
            return error::make_error_code(error::invalid_state);
        }
        if (payload.size() > frame::limits::payload_size_basic) {
            return processor::error::make_error_code(processor::error::control_too_big);
        }
        const bool sent = this->with_session(
            [&](auto& session) { return session.ping(view(payload), type::now()); }, false);
        if (!sent) return error::make_error_code(error::invalid_state);
        if (m_pong_timeout > 0 && m_pong_timeout_handler) {
            replace_ping_timer(transport_con_type::set_timer(
                m_pong_timeout, [weak = weak_ptr(get_shared()), payload](lib::error_code ec) {
                    if (ec) return;
                    if (const ptr self = weak.lock()) self->handle_pong_timeout(payload);
                }));
        }
        return {};
    }

    /// Cancels the timer of the previous ping. Pings may be sent on any thread.
    void replace_ping_timer(timer_ptr timer) {
        {
            const detail::session_link::hold_type hold(this->lock_);
            std::swap(m_ping_timer, timer);
        }
        if (timer) timer->cancel();
    }

    void handle_pong_timeout(std::string const& payload) {
        const auto handler = m_pong_timeout_handler.get();
        if (m_state == session::state::open && handler) (*handler)(m_connection_hdl, payload);
    }

    lib::error_code pong_for(std::string const& payload) {
        if (m_state != session::state::open) {
            return error::make_error_code(error::invalid_state);
        }
        if (payload.size() > frame::limits::payload_size_basic) {
            return processor::error::make_error_code(processor::error::control_too_big);
        }
        const bool sent =
            this->with_session([&](auto& session) { return session.pong(view(payload)); }, false);
        return sent ? lib::error_code() : error::make_error_code(error::invalid_state);
    }

    lib::error_code close_for(close::status::value code, std::string const& reason) {
        if (m_state != session::state::open) {
            return error::make_error_code(error::invalid_state);
        }
        if (code == close::status::omit_handshake || code == close::status::force_tcp_drop) {
            terminate(lib::error_code()); // its end is reported as that of an open connection
            return {};
        }
        const bool silent = config::silent_close || code == close::status::blank;
        const auto sent = silent ? close::status::no_status : code;
        if (const lib::error_code wrong = close_error(sent, !silent && !reason.empty())) {
            return wrong;
        }
        session::state::value expected = session::state::open;
        if (!m_state.compare_exchange_strong(expected, session::state::closing)) {
            return error::make_error_code(error::invalid_state);
        }
        this->with_session(
            [&](auto& session) {
                session.close(static_cast<weft::close_code>(sent),
                              std::string_view(silent ? std::string() : reason), type::now());
                return true;
            },
            false);
        return {};
    }

    static lib::error_code close_error(close::status::value code, bool has_reason) {
        namespace error = processor::error;
        if (close::status::reserved(code)) {
            return error::make_error_code(error::reserved_close_code);
        }
        if (code == close::status::no_status) {
            return has_reason ? error::make_error_code(error::reason_requires_code)
                              : lib::error_code();
        }
        return close::status::invalid(code) ? error::make_error_code(error::invalid_close_code)
                                            : lib::error_code();
    }

    static std::span<std::byte const> view(std::string const& text) {
        return std::as_bytes(std::span(text.data(), text.size()));
    }

    // --- in turns

    void on_stream_ready(std::error_code why) override {
        if (m_state == session::state::closed) return;
        if (why) return end_with(why);
        if (m_terminated) return end_with(m_terminated);
        if (m_is_server) {
            this->begin_session();
            return this->run_turn();
        }
        m_started = true;
        const auto target = detail::translate_uri(*m_uri);
        if (!target) return end_with(error::make_error_code(error::invalid_uri));
        if (m_request.get_header("User-Agent").empty() && !m_user_agent.empty()) {
            m_request.replace_header("User-Agent", m_user_agent);
        }
        this->begin_session();
        const std::error_code wrong = this->with_session(
            [&](auto& session) {
                return session
                    .start(*target, m_requested_subprotocols, detail::own_headers(m_request))
                    .error();
            },
            std::error_code());
        if (wrong) return terminate_now(detail::translate_error(wrong, false));
        this->run_turn();
    }

    void on_event(weft::event const& what) override {
        switch (what.type) {
        case weft::event_type::request: return process_upgrade();
        case weft::event_type::http: return process_http();
        case weft::event_type::opened: return process_open();
        case weft::event_type::message: return process_message(what);
        case weft::event_type::ping: return process_ping(what);
        case weft::event_type::pong: return process_pong(what);
        case weft::event_type::closed:
        case weft::event_type::failed: return process_end();
        case weft::event_type::body:
        case weft::event_type::part:
        case weft::event_type::none: return;
        }
    }

    /// Copies the request of the session.
    void take_request(bool is_http) {
        this->read_session(
            [&](auto& session) {
                weft::http_request const& request = *session.request();
                m_request.set_method(std::string(request.method()));
                m_request.set_uri(std::string(request.target()));
                detail::copy_headers(request, m_request);
                if (!request.body().empty()) m_request.set_body(request.body());
                m_uri = detail::requested_uri(request, transport_con_type::is_secure(), is_http);
                if (session.offer()) m_requested_subprotocols = session.offer()->subprotocols;
                return true;
            },
            false);
    }

    void process_upgrade() {
        take_request(false);
        if (!m_uri->get_valid()) {
            m_response.set_status(http::status_code::bad_request);
            return reject(error::make_error_code(error::invalid_uri));
        }
        m_answering = true;
        const auto handler = m_validate_handler.get();
        const bool accepted = !handler || (*handler)(m_connection_hdl);
        m_answering = false;
        if (m_state == session::state::closed) return;
        if (!accepted) {
            if (m_response.get_status_code() == http::status_code::uninitialized) {
                m_response.set_status(http::status_code::bad_request);
            }
            return reject(error::make_error_code(error::rejected));
        }
        m_response.set_status(http::status_code::switching_protocols);
        add_server_header();
        const std::error_code wrong = this->with_session(
            [&](auto& session) {
                return session.accept(m_subprotocol, detail::own_headers(m_response), type::now())
                    .error();
            },
            std::error_code());
        if (!wrong) return;
        m_response = response_type();
        m_response.set_status(http::status_code::internal_server_error);
        reject(detail::translate_error(wrong, false));
    }

    void reject(lib::error_code why) {
        m_refusal = why;
        add_server_header();
        m_elog->write(log::elevel::rerror, "Handshake ended with HTTP error: " +
                                               std::to_string(m_response.get_status_code()));
        answer([](auto& session, weft::http_response const& response) {
            return session.reject(response, type::now()).error();
        });
    }

    void process_http() {
        take_request(true);
        if (!m_uri->get_valid()) {
            m_response.set_status(http::status_code::bad_request);
            return refuse_http(error::make_error_code(error::invalid_uri));
        }
        const auto handler = m_http_handler.get();
        if (!handler) {
            m_response.set_status(http::status_code::upgrade_required);
            return refuse_http(error::make_error_code(error::upgrade_required));
        }
        m_answering = true;
        (*handler)(m_connection_hdl);
        if (m_state == session::state::closed) return;
        if (m_http_state == session::http_state::init) write_http_response();
    }

    void write_http_response() {
        if (m_state == session::state::closed) return;
        m_answering = false;
        if (m_response.get_status_code() == http::status_code::uninitialized) {
            m_response.set_status(http::status_code::internal_server_error);
        }
        respond();
        log_http_result();
        end_with(error::make_error_code(error::http_connection_ended));
    }

    void refuse_http(lib::error_code why) {
        respond();
        end_with(why);
    }

    void respond() {
        add_server_header();
        answer([](auto& session, weft::http_response const& response) {
            return session.respond(response, type::now()).error();
        });
    }

    /// Sends the response, or status 500 if it cannot be sent.
    template <class Send>
    void answer(Send&& send) {
        weft::http_response response{.status = m_response.get_status_code(),
                                     .headers = detail::own_headers(m_response),
                                     .body = m_response.get_body()};
        const std::error_code wrong = this->with_session(
            [&](auto& session) { return send(session, response); }, std::error_code());
        if (!wrong) return;
        m_elog->write(log::elevel::rerror, "The response cannot be sent: " + wrong.message());
        response = weft::http_response{.status = 500, .headers = {}, .body = {}};
        this->with_session([&](auto& session) { return send(session, response); },
                           std::error_code());
    }

    void add_server_header() {
        if (m_response.get_header("Server").empty() && !m_user_agent.empty()) {
            m_response.replace_header("Server", m_user_agent);
        }
    }

    void process_open() {
        if (!m_is_server) {
            this->read_session(
                [&](auto& session) {
                    take_response(*session.response());
                    m_subprotocol = std::string(session.subprotocol());
                    return true;
                },
                false);
        }
        m_was_open = true;
        m_state = session::state::open;
        log_open_result();
        if (const auto handler = m_open_handler.get()) (*handler)(m_connection_hdl);
        const detail::session_link::hold_type hold(this->lock_);
        if (this->session_) this->session_->forget_handshake();
    }

    void take_response(weft::http_response_head const& head) {
        m_response.set_status(static_cast<http::status_code::value>(head.status()),
                              std::string(head.reason()));
        detail::copy_headers(head, m_response);
    }

    void process_message(weft::event const& what) {
        log_message("Received", what.is_text, what.payload);
        const auto handler = m_message_handler.get();
        if (!handler) return;
        message_ptr msg = m_msg_manager->get_message(
            what.is_text ? frame::opcode::text : frame::opcode::binary, what.payload.size());
        msg->append_payload(what.payload.data(), what.payload.size());
        msg->set_compressed(true); // what is sent back may be compressed
        (*handler)(m_connection_hdl, std::move(msg));
    }

    void process_ping(weft::event const& what) {
        const auto handler = m_ping_handler.get();
        if (!handler) return;
        const std::string payload = text_of(what);
        if (!(*handler)(m_connection_hdl, payload)) return;
        lib::error_code ignored;
        pong(payload, ignored);
    }

    void process_pong(weft::event const& what) {
        replace_ping_timer(timer_ptr());
        if (const auto handler = m_pong_handler.get()) (*handler)(m_connection_hdl, text_of(what));
    }

    static std::string text_of(weft::event const& what) {
        return std::string(reinterpret_cast<char const*>(what.payload.data()),
                           what.payload.size());
    }

    void process_end() {
        if (m_state == session::state::closed) return;
        weft::report const why = this->read_session(
            [&](auto& session) {
                if (!m_is_server && session.response()) take_response(*session.response());
                return session.outcome();
            },
            weft::report());
        if (why.sent) {
            m_local_close_code = static_cast<close::status::value>(why.sent->code);
            m_local_close_reason = why.sent->reason;
        }
        if (why.received) {
            m_remote_close_code = static_cast<close::status::value>(why.received->code);
            m_remote_close_reason = why.received->reason;
        }
        lib::error_code ec = detail::translate_error(why.error, this->is_truncated());
        if (m_refusal) ec = m_refusal;
        if (m_is_server && !m_was_open && why.http_status != 0 &&
            m_response.get_status_code() == http::status_code::uninitialized) {
            m_response.set_status(static_cast<http::status_code::value>(why.http_status));
        }
        end_with(ec);
    }

    void terminate_now(lib::error_code const& ec) {
        if (m_state == session::state::closed) return;
        m_terminated = ec ? ec : error::make_error_code(error::operation_canceled);
        m_refusal = ec;
        const bool begun = this->with_session(
            [&](auto& session) {
                session.abort(weft::errc::aborted, weft::side::local, weft::phase::websocket,
                              type::now());
                return true;
            },
            false);
        if (begun) return; // its event follows
        end_with(m_terminated);
        this->abandon_stream();
    }

    /// Reports the end to the handlers, once.
    void end_with(lib::error_code why) {
        if (m_state.exchange(session::state::closed) == session::state::closed) return;
        m_ec = why;
        replace_ping_timer(timer_ptr());
        if (why && m_local_close_code == close::status::abnormal_close) {
            m_local_close_reason = why.message();
        }
        const ptr self = get_shared();
        if (m_was_open) {
            if (const auto handler = m_close_handler.get()) (*handler)(m_connection_hdl);
            log_close_result();
        } else if (why != error::http_connection_ended) {
            log_fail_result();
            if (const auto handler = m_fail_handler.get()) (*handler)(m_connection_hdl);
        }
        if (m_termination_handler) m_termination_handler(self);
    }

    // --- the access log

    bool logs(log::level channel) const {
        return m_alog->static_test(channel) && m_alog->dynamic_test(channel);
    }

    void log_message(char const* what, bool is_text, std::span<std::byte const> bytes) {
        if (logs(log::alevel::frame_header)) {
            std::string text;
            text.reserve(64);
            text.append(what).append(is_text ? " text" : " binary").append(" message of ");
            text.append(std::to_string(bytes.size())).append(" bytes");
            m_alog->write(log::alevel::frame_header, text);
        }
        if (logs(log::alevel::frame_payload)) {
            std::string text(reinterpret_cast<char const*>(bytes.data()), bytes.size());
            m_alog->write(log::alevel::frame_payload,
                          "[" + std::to_string(bytes.size()) + "] " +
                              (is_text ? text : utility::to_hex(text)));
        }
    }

    std::string agent() const {
        const std::string& text = m_request.get_header("User-Agent");
        return '"' + utility::string_replace_all(text, "\"", "\\\"") + '"';
    }

    void log_open_result() {
        if (!logs(log::alevel::connect)) return;
        std::ostringstream s;
        s << "WebSocket Connection " << transport_con_type::get_remote_endpoint() << " v13 "
          << agent() << ' ' << (m_uri ? m_uri->get_resource() : "NULL") << ' '
          << static_cast<int>(m_response.get_status_code());
        m_alog->write(log::alevel::connect, s.str());
    }

    void log_close_result() {
        if (!logs(log::alevel::disconnect)) return;
        std::ostringstream s;
        s << "Disconnect close local:[" << m_local_close_code
          << (m_local_close_reason.empty() ? "" : "," + m_local_close_reason) << "] remote:["
          << m_remote_close_code
          << (m_remote_close_reason.empty() ? "" : "," + m_remote_close_reason) << ']';
        m_alog->write(log::alevel::disconnect, s.str());
    }

    void log_fail_result() {
        if (!logs(log::alevel::fail)) return;
        std::ostringstream s;
        s << "WebSocket Connection " << transport_con_type::get_remote_endpoint() << " v13 "
          << agent() << ' ' << (m_uri ? m_uri->get_resource() : "-") << ' '
          << static_cast<int>(m_response.get_status_code()) << ' ' << m_ec << ' '
          << m_ec.message();
        m_alog->write(log::alevel::fail, s.str());
    }

    void log_http_result() {
        if (!logs(log::alevel::http)) return;
        std::ostringstream s;
        const std::string& host = m_request.get_header("Host");
        s << (host.empty() ? "-" : host) << ' ' << transport_con_type::get_remote_endpoint()
          << " \"" << m_request.get_method() << ' ' << (m_uri ? m_uri->get_resource() : "-") << ' '
          << m_request.get_version() << "\" " << static_cast<int>(m_response.get_status_code())
          << ' ' << m_response.get_body().size() << ' ' << agent();
        m_alog->write(log::alevel::http, s.str());
    }

    lib::shared_ptr<alog_type> m_alog;
    lib::shared_ptr<elog_type> m_elog;
    std::string const m_user_agent;
    bool const m_is_server;
    con_msg_manager_ptr const m_msg_manager;
    connection_hdl m_connection_hdl;

    detail::handler_slot<void(connection_hdl)> m_open_handler;
    detail::handler_slot<void(connection_hdl)> m_close_handler;
    detail::handler_slot<void(connection_hdl)> m_fail_handler;
    detail::handler_slot<bool(connection_hdl, std::string)> m_ping_handler;
    detail::handler_slot<void(connection_hdl, std::string)> m_pong_handler;
    detail::handler_slot<void(connection_hdl, std::string)> m_pong_timeout_handler;
    detail::handler_slot<void(connection_hdl)> m_interrupt_handler;
    detail::handler_slot<void(connection_hdl)> m_http_handler;
    detail::handler_slot<bool(connection_hdl)> m_validate_handler;
    detail::handler_slot<void(connection_hdl, message_ptr)> m_message_handler;
    termination_handler m_termination_handler;

    template <typename, typename>
    friend class endpoint;

    request_type m_request;
    response_type m_response;
    uri_ptr m_uri;
    std::string m_subprotocol;
    std::vector<std::string> m_requested_subprotocols;
    timer_ptr m_ping_timer;
    long m_pong_timeout = config::timeout_pong;

    std::atomic<session::state::value> m_state = session::state::connecting;
    std::atomic<session::http_state::value> m_http_state = session::http_state::init;
    std::atomic<bool> m_answering = false;
    bool m_started = false;
    bool m_was_open = false;
    lib::error_code m_ec;
    lib::error_code m_refusal;    // why the application ended the connection
    lib::error_code m_terminated; // set by `terminate` before there is a session
    close::status::value m_local_close_code = close::status::abnormal_close;
    close::status::value m_remote_close_code = close::status::abnormal_close;
    std::string m_local_close_reason;
    std::string m_remote_close_reason;
};

} // namespace websocketpp
