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
#include <websocketpp/detail/access_log.hpp>
#include <websocketpp/detail/connection_turns.hpp>
#include <websocketpp/detail/connection_types.hpp>
#include <websocketpp/detail/session_link.hpp>
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
///
/// Here are handlers, limits and commands. The functions of the handshake are in the base class
/// connection_handshake, and what happens in turns is in connection_turns.
template <typename config>
class connection : public detail::connection_turns<config> {
    typedef detail::connection_turns<config> turns_type;

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
        : turns_type(is_server, agent_name, alog, elog) {
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

    using turns_type::get_shared;

    // --- handlers

    void set_open_handler(open_handler h) { m_handlers.open.set(std::move(h)); }
    void set_close_handler(close_handler h) { m_handlers.close.set(std::move(h)); }
    void set_fail_handler(fail_handler h) { m_handlers.fail.set(std::move(h)); }

    /// Called with the payload of a ping; returns whether to answer it.
    void set_ping_handler(ping_handler h) {
        const detail::session_link::hold_type hold(this->lock_);
        this->options_.answers_pings = !h;
        m_handlers.ping.set(std::move(h));
    }
    void set_pong_handler(pong_handler h) { m_handlers.pong.set(std::move(h)); }

    /// Called when a ping of `ping` was not answered in time. The connection stays open.
    void set_pong_timeout_handler(pong_timeout_handler h) {
        m_handlers.pong_timeout.set(std::move(h));
    }
    void set_interrupt_handler(interrupt_handler h) { m_handlers.interrupt.set(std::move(h)); }
    void set_http_handler(http_handler h) { m_handlers.http.set(std::move(h)); }
    void set_validate_handler(validate_handler h) { m_handlers.validate.set(std::move(h)); }
    void set_message_handler(message_handler h) { m_handlers.message.set(std::move(h)); }
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

    /// Sends a text or a binary message. Fails with `error::invalid_state` if the connection is not
    /// open, and with errors of `processor::error`: `invalid_payload` for text that is not UTF-8,
    /// `invalid_opcode` for another opcode.
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

    /// Send a ping or a pong. Fail with `error::invalid_state` if the connection is not open, and
    /// with `processor::error::control_too_big` for more than 125 bytes.
    void ping(std::string const& payload) { detail::throw_if(ping_for(payload)); }
    void ping(std::string const& payload, lib::error_code& ec) { ec = ping_for(payload); }
    void pong(std::string const& payload) { detail::throw_if(pong_for(payload)); }
    void pong(std::string const& payload, lib::error_code& ec) { ec = pong_for(payload); }

    /// Begins the closing handshake. Fails with `error::invalid_state` if the connection is not
    /// open, and with an error of `processor::error` for a code that must not be sent. A reason of
    /// more than 123 bytes is truncated. `omit_handshake` and `force_tcp_drop` end the connection
    /// without a closing handshake.
    void close(close::status::value const code, std::string const& reason) {
        detail::throw_if(close_for(code, reason));
    }
    void close(close::status::value const code, std::string const& reason, lib::error_code& ec) {
        ec = close_for(code, reason);
    }

    /// Ends the connection soon, without a closing handshake. `ec` becomes `get_ec()`.
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
        if (const auto handler = m_handlers.interrupt.get()) (*handler)(m_connection_hdl);
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

    // --- an HTTP response that follows later

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
    /// Starts the connection: its socket is connected, or the application feeds it.
    void start() { this->start_stream(); }

    /// Used by the endpoint: see session_link.
    void detach() noexcept override {
        replace_ping_timer(timer_ptr()); // it must not outlive the endpoint's io_context
        transport_con_type::detach();
    }

private:
    template <typename, typename>
    friend class endpoint;

    using turns_type::m_alog;
    using turns_type::m_connection_hdl;
    using turns_type::m_handlers;
    using turns_type::m_http_state;
    using turns_type::m_msg_manager;
    using turns_type::m_state;
    using turns_type::m_termination_handler;
    using turns_type::replace_ping_timer;

    static weft::duration milliseconds(long dur) {
        return dur > 0 ? weft::duration(std::chrono::milliseconds(dur)) : weft::duration::zero();
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
        detail::log_message(*m_alog, "Sent", is_text, bytes);
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
        if (m_pong_timeout > 0 && m_handlers.pong_timeout) {
            replace_ping_timer(transport_con_type::set_timer(
                m_pong_timeout, [weak = weak_ptr(get_shared()), payload](lib::error_code ec) {
                    if (ec) return;
                    if (const ptr self = weak.lock()) self->handle_pong_timeout(payload);
                }));
        }
        return {};
    }

    void handle_pong_timeout(std::string const& payload) {
        const auto handler = m_handlers.pong_timeout.get();
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

    long m_pong_timeout = config::timeout_pong;
};

} // namespace websocketpp
