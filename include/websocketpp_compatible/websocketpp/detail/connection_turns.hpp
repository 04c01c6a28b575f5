// SPDX-License-Identifier: MIT
// What a connection does in its turns: answers requests, calls the handlers, and ends.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include <websocketpp/close.hpp>
#include <websocketpp/common/connection_hdl.hpp>
#include <websocketpp/common/functional.hpp>
#include <websocketpp/common/memory.hpp>
#include <websocketpp/detail/access_log.hpp>
#include <websocketpp/detail/connection_handlers.hpp>
#include <websocketpp/detail/connection_handshake.hpp>
#include <websocketpp/detail/connection_types.hpp>
#include <websocketpp/detail/session_link.hpp>
#include <websocketpp/detail/translate.hpp>
#include <websocketpp/error.hpp>
#include <websocketpp/frame.hpp>
#include <websocketpp/http/constants.hpp>
#include <websocketpp/logger/levels.hpp>

namespace websocketpp {

template <typename config>
class connection;

namespace detail {

/// A base class of `websocketpp::connection`.
template <typename config>
class connection_turns : public connection_handshake<config> {
    typedef connection_handshake<config> handshake_type;

public:
    typedef lib::shared_ptr<connection<config>> ptr;
    typedef typename handshake_type::transport_con_type transport_con_type;
    typedef typename transport_con_type::timer_ptr timer_ptr;
    typedef typename config::message_type::ptr message_ptr;
    typedef lib::function<void(ptr)> termination_handler;

    ptr get_shared() {
        return lib::static_pointer_cast<connection<config>>(session_link::shared_from_this());
    }

    session::state::value get_state() const { return m_state; }

    /// Return the code and the reason of the close frame that was sent or received;
    /// `abnormal_close` if there was none. Valid from the close handler on.
    close::status::value get_local_close_code() const { return m_local_close_code; }
    std::string const& get_local_close_reason() const { return m_local_close_reason; }
    close::status::value get_remote_close_code() const { return m_remote_close_code; }
    std::string const& get_remote_close_reason() const { return m_remote_close_reason; }

    /// Returns why the connection failed or was closed.
    lib::error_code get_ec() const { return m_ec; }

protected:
    typedef lib::shared_ptr<typename config::alog_type> alog_ptr;
    typedef lib::shared_ptr<typename config::elog_type> elog_ptr;

    connection_turns(bool is_server, std::string const& agent_name, alog_ptr const& alog,
                     elog_ptr const& elog)
        : handshake_type(is_server, alog, elog), m_alog(alog),
          m_msg_manager(typename config::endpoint_msg_manager_type().get_manager()),
          m_elog(elog), m_user_agent(agent_name) {}

    // --- for commands

    /// Cancels the timer of the previous ping. Pings may be sent on any thread.
    void replace_ping_timer(timer_ptr timer) {
        {
            const detail::session_link::hold_type hold(this->lock_);
            std::swap(m_ping_timer, timer);
        }
        if (timer) timer->cancel();
    }

    void write_http_response() {
        if (m_state == session::state::closed) return;
        m_answering = false;
        if (m_response.get_status_code() == http::status_code::uninitialized) {
            m_response.set_status(http::status_code::internal_server_error);
        }
        respond();
        detail::log_http_result(*m_alog, *this);
        end_with(error::make_error_code(error::http_connection_ended));
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

    alog_ptr const m_alog;
    typename config::con_msg_manager_type::ptr const m_msg_manager;
    connection_hdl m_connection_hdl;
    connection_handlers<message_ptr> m_handlers;
    termination_handler m_termination_handler;
    std::atomic<session::state::value> m_state = session::state::connecting;
    std::atomic<session::http_state::value> m_http_state = session::http_state::init;

private:
    using handshake_type::m_answering;
    using handshake_type::m_is_server;
    using handshake_type::m_request;
    using handshake_type::m_requested_subprotocols;
    using handshake_type::m_response;
    using handshake_type::m_started;
    using handshake_type::m_subprotocol;
    using handshake_type::m_uri;
    typedef typename handshake_type::response_type response_type;
    typedef connection_turns<config> type;

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
        const auto handler = m_handlers.validate.get();
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
        const auto handler = m_handlers.http.get();
        if (!handler) {
            m_response.set_status(http::status_code::upgrade_required);
            return refuse_http(error::make_error_code(error::upgrade_required));
        }
        m_answering = true;
        (*handler)(m_connection_hdl);
        if (m_state == session::state::closed) return;
        if (m_http_state == session::http_state::init) write_http_response();
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
        detail::log_open_result(*m_alog, *this);
        if (const auto handler = m_handlers.open.get()) (*handler)(m_connection_hdl);
        const detail::session_link::hold_type hold(this->lock_);
        if (this->session_) this->session_->forget_handshake();
    }

    void take_response(weft::http_response_head const& head) {
        m_response.set_status(static_cast<http::status_code::value>(head.status()),
                              std::string(head.reason()));
        detail::copy_headers(head, m_response);
    }

    void process_message(weft::event const& what) {
        detail::log_message(*m_alog, "Received", what.is_text, what.payload);
        const auto handler = m_handlers.message.get();
        if (!handler) return;
        message_ptr msg = m_msg_manager->get_message(
            what.is_text ? frame::opcode::text : frame::opcode::binary, what.payload.size());
        msg->append_payload(what.payload.data(), what.payload.size());
        msg->set_compressed(true); // what is sent back may be compressed
        (*handler)(m_connection_hdl, std::move(msg));
    }

    void process_ping(weft::event const& what) {
        const auto handler = m_handlers.ping.get();
        if (!handler) return;
        const std::string payload = text_of(what);
        if (!(*handler)(m_connection_hdl, payload)) return;
        this->with_session(
            [&](auto& session) { return session.pong(std::as_bytes(std::span(payload))); }, false);
    }

    void process_pong(weft::event const& what) {
        replace_ping_timer(timer_ptr());
        if (const auto handler = m_handlers.pong.get()) (*handler)(m_connection_hdl, text_of(what));
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
            if (const auto handler = m_handlers.close.get()) (*handler)(m_connection_hdl);
            detail::log_close_result(*m_alog, *this);
        } else if (why != error::http_connection_ended) {
            detail::log_fail_result(*m_alog, *this);
            if (const auto handler = m_handlers.fail.get()) (*handler)(m_connection_hdl);
        }
        if (m_termination_handler) m_termination_handler(self);
    }

    elog_ptr const m_elog;
    std::string const m_user_agent;
    timer_ptr m_ping_timer;
    bool m_was_open = false;
    lib::error_code m_ec;
    lib::error_code m_refusal;    // why the application ended the connection
    lib::error_code m_terminated; // set by `terminate` before there is a session
    close::status::value m_local_close_code = close::status::abnormal_close;
    close::status::value m_remote_close_code = close::status::abnormal_close;
    std::string m_local_close_reason;
    std::string m_remote_close_reason;
};

} // namespace detail

} // namespace websocketpp
