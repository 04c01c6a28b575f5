// SPDX-License-Identifier: MIT
// One line for each entry: the time, the connection's number, what happened.
#include "without_loop/server_log.hpp"

#include <unistd.h>

#include <string>
#include <utility>

#include <weft/core/secrets.hpp>

#include "without_loop/printable.hpp"

namespace weft_tool {

server_log::server_log(log_level level) : output_(STDERR_FILENO), level_(level) {}

namespace {

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

/// The value of a field, as text; empty if the entry has no such field.
std::string value_of(const weft::log_record& what, std::string_view name) {
    for (const auto& field : what.fields) {
        if (field.name != name) continue;
        return field.number ? std::to_string(*field.number) : shown(field.text);
    }
    return {};
}

std::string opened(const weft::log_record& what) {
    auto text = " opened " + value_of(what, "target") + " from " + value_of(what, "peer");
    if (const auto origin = value_of(what, "origin"); !origin.empty()) text += ", origin " + origin;
    return text;
}

std::string closed(const weft::log_record& what, bool with_traffic) {
    auto text = ' ' + shown(*what.report);
    if (with_traffic) text += "; " + value_of(what, "messages_received") + " messages received";
    return text;
}

} // namespace

log_level log_level_named(std::string_view name) noexcept {
    if (name == "quiet") return log_level::quiet;
    return name == "debug" ? log_level::debug : log_level::info;
}

weft::log_level server_log::lowest() const noexcept {
    switch (level_) {
    case log_level::debug: return weft::log_level::debug;
    case log_level::info: return weft::log_level::info;
    case log_level::quiet: break;
    }
    return weft::log_level::off;
}

bool server_log::is_of_open_connection(const weft::log_record& what) noexcept {
    return !what.fields.empty() && what.fields.front().name == "connection";
}

/// Does not write plain requests: `logged_requests` does, as their level depends on the route.
void server_log::write(const weft::log_record& what) {
    const auto label = "#" + value_of(what, "connection");
    if (what.event == "opened") {
        output_.timed_line(label + opened(what));
    } else if (what.event == "closed") {
        output_.timed_line(label + closed(what, level_ == log_level::debug));
    } else if (what.event == "failed") {
        output_.timed_line("not opened: " + shown(*what.report));
    } else if (what.event == "message") {
        output_.timed_line(label + ' ' + value_of(what, "type") + ", " + value_of(what, "size") +
                           " bytes");
    } else if (what.event == "refused") {
        output_.timed_line("refused " + value_of(what, "peer") + ": " + value_of(what, "error"));
    } else if (what.event == "accept_failed") {
        output_.timed_line("cannot accept for now: " + value_of(what, "error"));
    } else if (what.event == "exception") {
        output_.timed_line("exception: " + value_of(what, "what"));
    } else if (what.event != "request") {
        output_.timed_line(label + ' ' + std::string(what.event));
    }
}

weft::handlers server_log::logged_requests(weft::handlers inner, log_level needed) {
    if (!is_enabled(needed)) return inner;
    inner.http = [this, needed, http = std::move(inner.http)](weft::connection& peer) mutable {
        requested(peer, needed);
        http(peer);
    };
    return inner;
}

void server_log::requested(weft::connection& peer, log_level needed) {
    line(needed,
         shown(peer.request()->method()) + ' ' + shown_target(peer.request()->target()) + " from " +
             shown(peer.remote_address().str()));
}

void server_log::line(log_level needed, std::string_view text) {
    if (is_enabled(needed)) output_.timed_line(text);
}

} // namespace weft_tool
