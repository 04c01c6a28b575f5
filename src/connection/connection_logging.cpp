// SPDX-License-Identifier: MIT
// The entries that WebSocket connections write to the log of their driver.
#include <weft/connection/connection.hpp>

#include <atomic>
#include <chrono>
#include <new>
#include <string>

#include <weft/core/error.hpp>
#include <weft/core/secrets.hpp>

#include "connection/connection_details.hpp"
#include "connection/connection_set.hpp"
#include "stream/log_fields.hpp"

namespace weft {
namespace {

/// Port scanners and browsers open connections without sending a request.
bool asked_for_nothing(const report& why) noexcept {
    return why.error == errc::unexpected_eof || why.error == errc::handshake_timeout;
}

} // namespace

/// Returns a number that no other connection of this process has. Throws std::bad_alloc.
std::uint64_t connection::number_in_log() {
    static std::atomic<std::uint64_t> last = 0;
    auto& number = more().number_in_log;
    if (number == 0) number = ++last;
    return number;
}

void connection::log_opened() noexcept {
    if (!driver().logs(log_level::info)) return;
    try {
        const bool is_server = role() == weft::role::server;
        const std::string peer = remote_address().str();
        const http_request* const asked = request();
        const std::string target =
            without_secrets(is_server ? (asked ? asked->target() : std::string_view())
                                      : std::string_view(uri()->str()));
        const std::string from = without_secrets(origin().value_or(std::string_view()));
        log_fields fields;
        fields.add_number("connection", number_in_log());
        fields.add("role", is_server ? "server" : "client");
        fields.add("peer", peer);
        fields.add("target", target);
        fields.add("origin", from);
        fields.add("subprotocol", subprotocol());
        fields.add("extensions", extensions());
        driver().log({log_level::info, "opened", fields.all()});
    } catch (const std::bad_alloc&) {
        return; // the entry is lost
    }
}

void connection::log_end(const report& why) noexcept {
    const bool quiet = !opened_ && role() == weft::role::server && asked_for_nothing(why);
    const log_level level = quiet ? log_level::debug : log_level::info;
    if (!driver().logs(level)) return;
    try {
        const std::string peer = remote_address().str();
        const std::string error = why.error ? why.error.message() : std::string();
        log_fields fields;
        if (opened_) fields.add_number("connection", number_in_log());
        fields.add("peer", peer);
        fields.add("target", why.target());
        fields.add("began", name(why.began));
        fields.add("phase", name(why.phase));
        fields.add("error", error);
        fields.add("detail", why.detail);
        if (opened_) {
            fields.add_number("code", static_cast<std::uint64_t>(why.code()));
            fields.add("reason", why.reason());
            const auto lived = std::chrono::duration_cast<std::chrono::milliseconds>(why.lived);
            fields.add_number("lived_ms", static_cast<std::uint64_t>(lived.count()));
            fields.add_number("messages_received", why.traffic.messages_received);
            fields.add_number("messages_sent", why.traffic.messages_sent);
            fields.add_number("bytes_received", why.traffic.bytes_received);
            fields.add_number("bytes_sent", why.traffic.bytes_sent);
        } else if (why.http_status != 0) {
            fields.add_number("status", static_cast<std::uint64_t>(why.http_status));
        }
        driver().log({level, opened_ ? "closed" : "failed", fields.all(), &why});
    } catch (const std::bad_alloc&) {
        return; // the entry is lost
    }
}

/// Logs a message, a ping or a pong, before its handler is called.
void connection::log_event(const event& what) noexcept {
    if (!driver().logs(log_level::debug) || !opened_) return;
    std::string_view event = "message";
    switch (what.type) {
    case event_type::message: break;
    case event_type::part: event = "part"; break;
    case event_type::ping: event = "ping"; break;
    case event_type::pong: event = "pong"; break;
    default: return;
    }
    try {
        log_fields fields;
        fields.add_number("connection", number_in_log());
        const bool has_kind =
            what.type == event_type::message || what.type == event_type::part;
        if (has_kind) fields.add("type", what.is_text ? "text" : "binary");
        fields.add_number("size", what.payload.size());
        driver().log({log_level::debug, event, fields.all()});
    } catch (const std::bad_alloc&) {
        return; // the entry is lost
    }
}

/// Logs a plain request when it has been answered with `status`.
void connection::log_response(int status) noexcept {
    if (!driver().logs(log_level::info) || !request()) return;
    try {
        const std::string peer = remote_address().str();
        const std::string target = without_secrets(request()->target());
        log_fields fields;
        fields.add("method", request()->method());
        fields.add("target", target);
        fields.add_number("status", static_cast<std::uint64_t>(status));
        fields.add("peer", peer);
        driver().log({log_level::info, "request", fields.all()});
    } catch (const std::bad_alloc&) {
        return; // the entry is lost
    }
}

} // namespace weft
