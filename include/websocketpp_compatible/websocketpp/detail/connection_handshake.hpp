// SPDX-License-Identifier: MIT
// The opening handshake of a connection as the application sees it: URI, subprotocols, headers of
// request and response. Knows no session and no handlers.
#pragma once

#include <atomic>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <weft/core/http_fields.hpp>

#include <websocketpp/common/memory.hpp>
#include <websocketpp/error.hpp>
#include <websocketpp/http/constants.hpp>
#include <websocketpp/uri.hpp>

namespace websocketpp::detail {

/// A base class of `websocketpp::connection`.
template <typename config>
class connection_handshake : public config::transport_type::transport_con_type,
                             public config::connection_base {
public:
    typedef typename config::transport_type::transport_con_type transport_con_type;
    typedef typename config::request_type request_type;
    typedef typename config::response_type response_type;

    template <class AccessLog, class ErrorLog>
    connection_handshake(bool is_server, AccessLog const& alog, ErrorLog const& elog)
        : transport_con_type(is_server, alog, elog), m_is_server(is_server) {}

    bool is_server() const { return m_is_server; }

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

protected:
    bool const m_is_server;
    request_type m_request;
    response_type m_response;
    uri_ptr m_uri;
    std::string m_subprotocol;
    std::vector<std::string> m_requested_subprotocols;
    std::atomic<bool> m_answering = false; ///< server: the response may be changed
    bool m_started = false;                ///< client: the request has been sent

private:
    static std::string const& no_text() {
        static std::string const empty;
        return empty;
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
    /// Returns the result of `action`, or no error if it returns void: a config may have its own
    /// types of requests and responses, whose functions return void as in version 0.8.2.
    template <class Action, class Head>
    static lib::error_code result_of(Action& action, Head& head) {
        if constexpr (std::is_void_v<std::invoke_result_t<Action&, Head&>>) {
            action(head);
            return {};
        } else {
            return action(head);
        }
    }
};

} // namespace websocketpp::detail
