// SPDX-License-Identifier: MIT
// The lines that a connection writes to the access log.
#pragma once

#include <cstddef>
#include <span>
#include <sstream>
#include <string>

#include <websocketpp/logger/levels.hpp>
#include <websocketpp/utilities.hpp>

namespace websocketpp::detail {

template <class Log>
bool logs(Log& log, log::level channel) {
    return log.static_test(channel) && log.dynamic_test(channel);
}

template <class Log>
void log_message(Log& log, char const* what, bool is_text, std::span<std::byte const> bytes) {
    if (logs(log, log::alevel::frame_header)) {
        std::string text;
        text.reserve(64);
        text.append(what).append(is_text ? " text" : " binary").append(" message of ");
        text.append(std::to_string(bytes.size())).append(" bytes");
        log.write(log::alevel::frame_header, text);
    }
    if (logs(log, log::alevel::frame_payload)) {
        std::string text(reinterpret_cast<char const*>(bytes.data()), bytes.size());
        log.write(log::alevel::frame_payload,
                  "[" + std::to_string(bytes.size()) + "] " +
                      (is_text ? text : utility::to_hex(text)));
    }
}

/// Returns the client's name for itself, in quotes.
template <class Connection>
std::string agent_of(Connection const& con) {
    const std::string& text = con.get_request_header("User-Agent");
    return '"' + utility::string_replace_all(text, "\"", "\\\"") + '"';
}

template <class Connection>
std::string resource_of(Connection const& con, char const* otherwise) {
    return con.get_uri() ? con.get_uri()->get_resource() : otherwise;
}

template <class Log, class Connection>
void log_open_result(Log& log, Connection const& con) {
    if (!logs(log, log::alevel::connect)) return;
    std::ostringstream s;
    s << "WebSocket Connection " << con.get_remote_endpoint() << " v13 " << agent_of(con) << ' '
      << resource_of(con, "NULL") << ' ' << static_cast<int>(con.get_response_code());
    log.write(log::alevel::connect, s.str());
}

template <class Log, class Connection>
void log_close_result(Log& log, Connection const& con) {
    if (!logs(log, log::alevel::disconnect)) return;
    const std::string& local = con.get_local_close_reason();
    const std::string& remote = con.get_remote_close_reason();
    std::ostringstream s;
    s << "Disconnect close local:[" << con.get_local_close_code()
      << (local.empty() ? "" : "," + local) << "] remote:[" << con.get_remote_close_code()
      << (remote.empty() ? "" : "," + remote) << ']';
    log.write(log::alevel::disconnect, s.str());
}

template <class Log, class Connection>
void log_fail_result(Log& log, Connection const& con) {
    if (!logs(log, log::alevel::fail)) return;
    std::ostringstream s;
    s << "WebSocket Connection " << con.get_remote_endpoint() << " v13 " << agent_of(con) << ' '
      << resource_of(con, "-") << ' ' << static_cast<int>(con.get_response_code()) << ' '
      << con.get_ec() << ' ' << con.get_ec().message();
    log.write(log::alevel::fail, s.str());
}

template <class Log, class Connection>
void log_http_result(Log& log, Connection const& con) {
    if (!logs(log, log::alevel::http)) return;
    std::ostringstream s;
    const std::string& host = con.get_request_header("Host");
    s << (host.empty() ? "-" : host) << ' ' << con.get_remote_endpoint() << " \""
      << con.get_request().get_method() << ' ' << resource_of(con, "-") << ' '
      << con.get_request().get_version() << "\" " << static_cast<int>(con.get_response_code())
      << ' ' << con.get_response().get_body().size() << ' ' << agent_of(con);
    log.write(log::alevel::http, s.str());
}

} // namespace websocketpp::detail
