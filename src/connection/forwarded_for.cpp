// SPDX-License-Identifier: MIT
// Parses X-Forwarded-For and Forwarded (RFC 7239) from the last entry to the first.
#include "connection/forwarded_for.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include <weft/core/error.hpp>

namespace weft {
namespace {

constexpr std::string_view x_forwarded_for_name = "X-Forwarded-For";
constexpr std::string_view forwarded_name = "Forwarded";

/// Returns whether `text` stands for a concealed address or port: "_" followed by letters, digits,
/// ".", "_" or "-". RFC 7239 §6.3.
bool is_obfuscated(std::string_view text) noexcept {
    return text.size() > 1 && text[0] == '_' && std::ranges::all_of(text, [](char byte) {
        return is_token_byte(byte) &&
            std::string_view("!#$%&'*+^`|~").find(byte) == std::string_view::npos;
    });
}

/// Removes the interface from an IPv6 address such as "[fe80::1%eth0]": it is one of the proxy's
/// machine (RFC 4007 §11.2).
std::string without_interface(std::string_view host) {
    const auto mark = host.find('%');
    if (mark == host.npos || host.substr(0, mark).find(':') == host.npos) return std::string(host);
    const auto end = host.ends_with(']') ? host.size() - 1 : host.size();
    const bool is_empty = mark + 1 >= end;
    return std::string(host.substr(0, is_empty ? end : mark)).append(host.substr(end));
}

/// Returns the address of `host`, `family::none` if it is concealed, or nothing if it is malformed.
/// RFC 7239 §6: "unknown" or an obfuscated identifier conceals it.
std::optional<address> parse_host(std::string_view host, std::uint16_t port) {
    if (equal_ignoring_case(host, "unknown") || is_obfuscated(host)) return address();
    const auto numeric = address::parse(without_interface(host), port);
    return numeric ? std::optional(*numeric) : std::nullopt;
}

/// Parses an address with or without a port, such as "192.0.2.1:80" or "[::1]:80"; the port may be
/// obfuscated. Some proxies write "unix:" for a client on a Unix-domain socket.
std::optional<address> parse_node(std::string_view node) {
    if (node.starts_with("unix:")) return address();
    if (const auto bare = parse_host(node, 0)) return bare;
    const auto colon = node.rfind(':');
    if (colon == node.npos) return std::nullopt;
    const auto host = node.substr(0, colon);
    if (host.find(':') != host.npos && !host.starts_with('[')) return std::nullopt; // ambiguous
    const auto digits = node.substr(colon + 1);
    if (is_obfuscated(digits)) return parse_host(host, 0);
    std::uint16_t port = 0;
    const auto* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, port);
    if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    return parse_host(host, port);
}

/// Removes the next pair from a proxy's entry; a semicolon inside a quoted string does not
/// separate.
std::string_view take_pair(std::string_view& entry) noexcept {
    bool quoted = false;
    std::size_t end = 0;
    for (; end < entry.size() && (quoted || entry[end] != ';'); ++end) {
        if (entry[end] == '"') quoted = !quoted;
        if (quoted && entry[end] == '\\') ++end;
    }
    const auto pair = trim(entry.substr(0, end));
    entry.remove_prefix(std::min(end + 1, entry.size()));
    return pair;
}

/// Returns the text of a token or a quoted string; nothing if the quotes do not match.
std::optional<std::string> unquoted(std::string_view value) {
    if (!value.starts_with('"')) {
        if (value.empty() || value.find('"') != value.npos) return std::nullopt;
        return std::string(value);
    }
    std::string text;
    for (std::size_t at = 1; at < value.size(); ++at) {
        if (value[at] == '"') {
            return at + 1 == value.size() ? std::optional(text) : std::nullopt;
        }
        if (value[at] == '\\' && ++at == value.size()) break;
        text += value[at];
    }
    return std::nullopt;
}

/// The client that a proxy's entry names.
struct named_client {
    address who;        ///< `family::none` if the entry conceals or omits it
    bool omitted = false; ///< an entry of Forwarded without `for`
};

/// Parses an entry of X-Forwarded-For; returns nothing if it is malformed.
std::optional<named_client> parse_x_entry(std::string_view entry) {
    const auto who = parse_node(entry);
    return who ? std::optional(named_client{*who}) : std::nullopt;
}

/// Parses an entry of Forwarded; returns nothing if it is malformed.
std::optional<named_client> parse_entry(std::string_view entry) {
    std::optional<address> met;
    while (!entry.empty()) {
        const auto pair = take_pair(entry);
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        if (equals == pair.npos || !is_token(pair.substr(0, equals))) return std::nullopt;
        const auto value = unquoted(pair.substr(equals + 1));
        if (!value) return std::nullopt;
        if (!equal_ignoring_case(pair.substr(0, equals), "for")) continue;
        if (met) return std::nullopt; // RFC 7239 §4: once in an entry
        met = parse_node(*value);
        if (!met) return std::nullopt;
    }
    return met ? named_client{*met} : named_client{{}, true};
}

using entry_parser = std::optional<named_client> (*)(std::string_view);

/// Returns the client that the headers of this name report; nothing if they are missing or empty.
result<std::optional<named_client>> read_header(const http_request& request,
                                                std::string_view name, entry_parser parse,
                                                std::span<const address_prefix> trusted) {
    std::vector<std::string_view> entries;
    for (std::size_t at = 0; at < request.size(); ++at) {
        const auto field = request.at(at);
        if (!equal_ignoring_case(field.name, name)) continue;
        for_each_list_item(field.value,
                           [&](std::string_view entry) { entries.push_back(entry); });
    }
    std::optional<named_client> nearest;
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
        nearest = parse(*entry);
        if (!nearest) return failure(errc::bad_forwarded_for);
        if (!is_one_of(trusted, nearest->who)) break;
    }
    return nearest;
}

bool agree(const address& one, const address& other) noexcept {
    return one.is_ip() ? one.has_same_ip(other) : one.kind() == other.kind();
}

} // namespace

bool is_one_of(std::span<const address_prefix> set, const address& who) noexcept {
    return std::ranges::any_of(set, [&](const address_prefix& one) { return one.contains(who); });
}

result<address> forwarded_for(const http_request& request, const address& from,
                              std::span<const address_prefix> trusted) {
    const auto one = read_header(request, x_forwarded_for_name, parse_x_entry, trusted);
    if (!one) return failure(one.error());
    const auto other = read_header(request, forwarded_name, parse_entry, trusted);
    if (!other) return failure(other.error());
    if (!*one) return *other ? (*other)->who : from;
    if (!*other || (*other)->omitted) return (*one)->who;
    // A proxy may write one of the headers, and pass on the other one, which its client may forge.
    if (!agree((*one)->who, (*other)->who)) return failure(errc::bad_forwarded_for);
    return (*one)->who.port() == 0 ? (*other)->who : (*one)->who;
}

} // namespace weft
