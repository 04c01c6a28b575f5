// SPDX-License-Identifier: MIT
// Parses the addresses of the ends of a relay.
#include "weft/relay/relay_address.hpp"

#include <charconv>
#include <system_error>

#include <weft/core/uri.hpp>

#include "weft/advice.hpp"

namespace weft_tool {
namespace {

constexpr std::string_view listen_prefix = "listen:";

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return port;
}

/// Splits "HOST:PORT"; an IPv6 address is in brackets.
bool split_host_and_port(std::string_view text, relay_address& into) {
    const auto colon = text.rfind(':');
    if (colon == text.npos) return false;
    auto host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != host.npos) {
        return false;
    }
    const auto port = parse_port(text.substr(colon + 1));
    if (host.empty() || !port || (*port == 0 && !into.listens)) return false;
    into.host = host;
    into.port = *port;
    return true;
}

std::string parse_tcp(std::string_view rest, relay_address& into) {
    if (rest.ends_with('/')) rest.remove_suffix(1);
    if (split_host_and_port(rest, into)) return {};
    return "It should look like tcp://127.0.0.1:9001 or tcp://[::1]:9001";
}

/// Parses like `weft::uri::parse`, but allows port 0 for listening.
std::string parse_websocket(std::string_view typed, relay_address& into) {
    std::string text(typed);
    const auto begin = text.find("://") + 3;
    const auto end = std::min(text.find_first_of("/?", begin), text.size());
    const bool any_port = into.listens && std::string_view(text).substr(0, end).ends_with(":0");
    if (any_port) text.replace(end - 1, 1, "1");
    const auto parsed = weft::uri::parse(text);
    if (!parsed) return uri_advice(typed);
    into.host = parsed->host();
    into.port = any_port ? std::uint16_t{0} : parsed->port();
    into.path = text.substr(end);
    into.secure = parsed->secure();
    if (into.listens && !parsed->query().empty()) return "Try without the query, after the ?";
    return {};
}

std::string parse_unix(std::string_view rest, relay_address& into) {
    into.path = rest;
    return rest.empty() ? "It should look like unix:/run/app.sock or unix:@name" : "";
}

std::string parse_rest(std::string_view typed, relay_address& into) {
    using end_kind = relay_address::kind;
    if (typed == "-" || typed == "stdio") {
        return into.listens ? "Standard input and output cannot listen. Try without listen:" : "";
    }
    const auto after = [&](std::string_view prefix) { return typed.substr(prefix.size()); };
    if (typed.starts_with("unix:")) {
        into.what = end_kind::unix_socket;
        return parse_unix(after("unix:"), into);
    }
    if (typed.starts_with("tcp://") || typed.starts_with("tls://")) {
        into.what = end_kind::tcp;
        into.secure = typed.starts_with("tls");
        return parse_tcp(after("tcp://"), into);
    }
    into.what = end_kind::websocket;
    if (typed.starts_with("ws://") || typed.starts_with("wss://")) {
        return parse_websocket(typed, into);
    }
    return "Try ws://HOST:PORT/PATH, wss://..., tcp://HOST:PORT, tls://HOST:PORT, unix:PATH, or - "
           "for standard input and output. To listen there, put listen: before it";
}

} // namespace

std::string relay_address::where() const {
    if (what == kind::unix_socket) return "unix:" + path;
    const bool brackets = host.find(':') != host.npos;
    return (brackets ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

std::string relay_address::shown() const {
    if (what == kind::standard) return "standard input and output";
    return (listens ? std::string(listen_prefix) : std::string()) + shown_uri(typed);
}

std::optional<relay_address> parse_relay_address(std::string_view typed, std::string& fault) {
    relay_address made;
    auto rest = typed;
    made.listens = rest.starts_with(listen_prefix);
    if (made.listens) rest.remove_prefix(listen_prefix.size());
    made.typed = rest;
    fault = parse_rest(rest, made);
    if (!fault.empty()) return std::nullopt;
    return made;
}

} // namespace weft_tool
