// SPDX-License-Identifier: MIT
// HTTP statuses with the names of WebSocket++, and the errors of requests and responses.
#pragma once

#include <exception>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <stdint.h>

#include <websocketpp/common/cpp11.hpp>
#include <websocketpp/common/system_error.hpp>

namespace websocketpp::http {

/// The parameters of a header, such as `charset=utf-8`.
typedef std::map<std::string, std::string> attribute_list;
typedef std::vector<std::pair<std::string, attribute_list>> parameter_list;

static size_t const max_header_size = 16000;
static size_t const max_body_size = 32000000;
static size_t const istream_buffer = 512;

static char const header_delimiter[] = "\r\n";
static char const header_separator[] = ":";
static std::string const empty_header;

/// Returns whether a character may be part of a token (RFC 7230 §3.2.6).
inline bool is_token_char(unsigned char c) {
    const bool is_alphanumeric =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return is_alphanumeric ||
           std::string_view("!#$%&'*+-.^_`|~").find(char(c)) != std::string_view::npos;
}
inline bool is_not_token_char(unsigned char c) {
    return !is_token_char(c);
}

/// Returns whether a character is a space or a tab.
inline bool is_whitespace_char(unsigned char c) {
    return c == ' ' || c == '\t';
}
inline bool is_not_whitespace_char(unsigned char c) {
    return !is_whitespace_char(c);
}

namespace status_code {

enum value {
    uninitialized = 0,

    continue_code = 100,
    switching_protocols = 101,

    ok = 200,
    created = 201,
    accepted = 202,
    non_authoritative_information = 203,
    no_content = 204,
    reset_content = 205,
    partial_content = 206,

    multiple_choices = 300,
    moved_permanently = 301,
    found = 302,
    see_other = 303,
    not_modified = 304,
    use_proxy = 305,
    temporary_redirect = 307,

    bad_request = 400,
    unauthorized = 401,
    payment_required = 402,
    forbidden = 403,
    not_found = 404,
    method_not_allowed = 405,
    not_acceptable = 406,
    proxy_authentication_required = 407,
    request_timeout = 408,
    conflict = 409,
    gone = 410,
    length_required = 411,
    precondition_failed = 412,
    request_entity_too_large = 413,
    request_uri_too_long = 414,
    unsupported_media_type = 415,
    request_range_not_satisfiable = 416,
    expectation_failed = 417,
    im_a_teapot = 418,
    upgrade_required = 426,
    precondition_required = 428,
    too_many_requests = 429,
    request_header_fields_too_large = 431,

    internal_server_error = 500,
    not_implemented = 501,
    bad_gateway = 502,
    service_unavailable = 503,
    gateway_timeout = 504,
    http_version_not_supported = 505,
    not_extended = 510,
    network_authentication_required = 511
};

std::string get_string(value code);

} // namespace status_code

/// Thrown by parsers; `m_error_code` is the status that reports it to the peer.
class exception : public std::exception {
public:
    exception(std::string const& message, status_code::value code,
              std::string const& status_message = std::string(),
              std::string const& body = std::string())
        : m_msg(message), m_error_msg(status_message), m_body(body), m_error_code(code) {}
    ~exception() override = default;

    char const* what() const noexcept override { return m_msg.c_str(); }

    std::string m_msg;
    std::string m_error_msg;
    std::string m_body;
    status_code::value m_error_code;
};

namespace error {

enum value {
    general = 1,                     ///< anything else
    invalid_format,                  ///< a method or a value that is not allowed there
    invalid_header_name,             ///< not a token
    body_too_large,                  ///< the body exceeds its limit
    unsupported_transfer_encoding,   ///< never reported
    unknown_transfer_encoding,       ///< never reported
    missing_header_separator,        ///< a header line without a colon
    request_header_fields_too_large, ///< the head exceeds its limit
    incomplete_request,              ///< the request line or the Host header is missing
    incomplete_status_line,          ///< the first line of a response is malformed
    istream_bad,                     ///< the input stream has failed
    istream_overread                 ///< more was read from the input stream than the response
};

/// Returns the status that reports the error to the peer.
status_code::value get_status_code(error::value which);

lib::error_category const& get_category();

inline lib::error_code make_error_code(error::value which) {
    return lib::error_code(static_cast<int>(which), get_category());
}

} // namespace error

} // namespace websocketpp::http

template <>
struct std::is_error_code_enum<websocketpp::http::error::value> : std::true_type {};

namespace websocketpp::detail {

/// Throws an error of `http::error` as http::exception.
inline void throw_if_http(lib::error_code ec) {
    if (!ec) return;
    const auto which = static_cast<http::error::value>(ec.value());
    throw http::exception(ec.message(), http::error::get_status_code(which));
}

} // namespace websocketpp::detail
