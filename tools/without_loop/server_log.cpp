// SPDX-License-Identifier: MIT
// One line for each event: the time, the connection's number, what happened.
#include "without_loop/server_log.hpp"

#include <unistd.h>

#include <string>
#include <utility>

#include <weft/core/error.hpp>
#include <weft/core/secrets.hpp>

#include "without_loop/printable.hpp"

namespace weft_tool {

server_log::server_log(log_level level) : output_(STDERR_FILENO), level_(level) {}

namespace {

/// Data of a connection: its number in the log.
struct numbered {
    std::uint64_t number = 0;
    std::uint64_t messages = 0;
};

/// Limit on text that a peer chooses, so that the rest of the line stays visible.
constexpr std::size_t shown_size_max = 256;

std::string shown(std::string_view text) {
    return shortened(printable(text), shown_size_max);
}

/// Enough for a peer's close reason of 123 bytes, escaped, and the address after it.
constexpr std::size_t report_size_max = 640;

/// Returns a request target or an origin; tokens in it would outlive the connection in the log.
std::string shown_target(std::string_view text) {
    return shown(weft::without_secrets(text));
}

std::string shown(const weft::report& why) {
    return shortened(printable(weft::to_string(why)), report_size_max);
}

std::string label(weft::connection& peer) {
    const auto* known = peer.data_as<numbered>();
    return "#" + std::to_string(known ? known->number : 0);
}

/// Browsers and port scanners open connections without sending a request.
bool asked_for_nothing(const weft::report& why) {
    return why.error == weft::errc::unexpected_eof || why.error == weft::errc::handshake_timeout;
}

} // namespace

log_level log_level_named(std::string_view name) noexcept {
    if (name == "quiet") return log_level::quiet;
    return name == "debug" ? log_level::debug : log_level::info;
}

weft::handlers server_log::logged(weft::handlers inner) {
    if (level_ == log_level::quiet) return inner;
    inner.open = [this, open = std::move(inner.open)](weft::connection& peer) mutable {
        opened(peer);
        if (open) open(peer);
    };
    inner.close = [this, close = std::move(inner.close)](weft::connection& peer,
                                                         const weft::report& why) mutable {
        closed(peer, why);
        if (close) close(peer, why);
    };
    inner.fail = [this](const weft::report& why) { failed(why); };
    if (level_ == log_level::debug) add_debugging(inner);
    return inner;
}

void server_log::add_debugging(weft::handlers& all) {
    all.message = [this, message = std::move(all.message)](weft::connection& peer,
                                                           weft::message what) mutable {
        received(peer, what);
        if (message) message(peer, what);
    };
    all.ping = [this](weft::connection& peer, auto) {
        line(log_level::debug, label(peer) + " ping");
    };
    all.pong = [this](weft::connection& peer, auto) {
        line(log_level::debug, label(peer) + " pong");
    };
}

weft::handlers server_log::logged_requests(weft::handlers inner, log_level needed) {
    if (!tells(needed)) return inner;
    inner.http = [this, needed, http = std::move(inner.http)](weft::connection& peer) mutable {
        requested(peer, needed);
        http(peer);
    };
    return inner;
}

void server_log::opened(weft::connection& peer) {
    peer.data() = numbered{++last_number_, 0};
    std::string text = label(peer) + " opened " + shown_target(peer.request()->target()) +
        " from " + shown(peer.remote_address().str());
    if (const auto origin = peer.origin()) text += ", origin " + shown_target(*origin);
    line(log_level::info, text);
}

void server_log::closed(weft::connection& peer, const weft::report& why) {
    const auto* known = peer.data_as<numbered>();
    std::string text = label(peer) + ' ' + shown(why);
    if (known && level_ == log_level::debug) {
        text += "; " + std::to_string(known->messages) + " messages received";
    }
    line(log_level::info, text);
}

void server_log::failed(const weft::report& why) {
    const auto level = asked_for_nothing(why) ? log_level::debug : log_level::info;
    line(level, "not opened: " + shown(why));
}

void server_log::received(weft::connection& peer, weft::message what) {
    if (auto* known = peer.data_as<numbered>()) ++known->messages;
    line(log_level::debug,
         label(peer) + (what.is_text() ? " text, " : " binary, ") + std::to_string(what.size()) +
             " bytes");
}

void server_log::requested(weft::connection& peer, log_level needed) {
    line(needed,
         shown(peer.request()->method()) + ' ' + shown_target(peer.request()->target()) + " from " +
             shown(peer.remote_address().str()));
}

void server_log::line(log_level needed, std::string_view text) {
    if (tells(needed)) output_.timed_line(text);
}

} // namespace weft_tool
