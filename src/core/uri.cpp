// SPDX-License-Identifier: MIT
// Parser for WebSocket URIs: from left to right, each part is checked by its own rule.
#include <weft/core/uri.hpp>

#include <weft/core/error.hpp>
#include <weft/core/http_fields.hpp>

#include "core/authority.hpp"
#include "core/ip_literal.hpp"

#include <algorithm>
#include <optional>

namespace weft {
namespace {

constexpr std::uint16_t ws_port = 80;
constexpr std::uint16_t wss_port = 443;

bool is_scheme(std::string_view text) noexcept {
    return !text.empty() && is_letter(text[0]) && std::ranges::all_of(text, [](char byte) {
        return is_letter(byte) || is_digit(byte) || byte == '+' || byte == '-' || byte == '.';
    });
}

// RFC 6874 §2: the name or number of an interface follows "%25".
constexpr std::string_view zone_mark = "%25";

bool is_literal(std::string_view text) noexcept {
    const auto mark = text.find('%');
    if (mark == text.npos) return parse_ipv6(text).has_value();
    const auto zone = text.substr(mark);
    return zone.starts_with(zone_mark) && zone.size() > zone_mark.size() &&
           std::ranges::all_of(zone.substr(zone_mark.size()), is_unreserved) &&
           parse_ipv6(text.substr(0, mark)).has_value();
}

// Returns the address in lower case. Keeps the case of the interface, which is a local name.
std::string literal_host(std::string_view text) {
    const auto mark = text.find('%');
    auto host = to_lower(text.substr(0, mark));
    if (mark != text.npos) host.append("%").append(text.substr(mark + zone_mark.size()));
    return host;
}

struct host_port {
    std::string_view host;
    std::string_view port;
    bool literal = false;
};

std::optional<host_port> split_authority(std::string_view authority) noexcept {
    host_port parts;
    if (authority.starts_with('[')) {
        const auto end = authority.find(']');
        if (end == authority.npos) return std::nullopt;
        parts.literal = true;
        parts.host = authority.substr(1, end - 1);
        authority.remove_prefix(end + 1);
        if (!is_literal(parts.host)) return std::nullopt;
        if (!authority.empty() && authority[0] != ':') return std::nullopt;
    } else {
        parts.host = authority.substr(0, authority.find(':'));
        authority.remove_prefix(parts.host.size());
        if (parts.host.empty() || !is_made_of(parts.host, "")) return std::nullopt;
    }
    if (!authority.empty()) parts.port = authority.substr(1);
    return parts;
}

} // namespace

result<uri> uri::parse(std::string_view text) {
    const auto colon = text.find(':');
    if (text.size() > size_max || colon == text.npos) return failure{errc::bad_uri};

    uri parsed;
    const auto scheme = text.substr(0, colon);
    if (!is_scheme(scheme)) return failure{errc::bad_uri};
    parsed.secure_ = equal_ignoring_case(scheme, "wss");
    if (!parsed.secure_ && !equal_ignoring_case(scheme, "ws")) {
        return failure{errc::unsupported_scheme};
    }
    text.remove_prefix(colon + 1);
    if (!text.starts_with("//")) return failure{errc::bad_uri};
    text.remove_prefix(2);

    // A WebSocket URI has no fragment (RFC 6455 §3); the '#' is rejected below.
    const auto authority = text.substr(0, text.find_first_of("/?#"));
    const auto parts = split_authority(authority);
    if (!parts) return failure{errc::bad_uri};
    const auto port = parse_port(parts->port, parsed.secure_ ? wss_port : ws_port);
    if (!port || *port == 0) return failure{errc::bad_uri};
    text.remove_prefix(authority.size());

    const auto path = text.substr(0, text.find('?'));
    if (!is_made_of(path, ":@/") || !is_made_of(text.substr(path.size()), ":@/?")) {
        return failure{errc::bad_uri};
    }
    parsed.host_ = parts->literal ? literal_host(parts->host) : to_lower(parts->host);
    parsed.literal_ = parts->literal;
    parsed.port_ = *port;
    parsed.resource_ = path.empty() ? "/" : "";
    parsed.resource_ += text;
    return parsed;
}

std::string uri::authority() const {
    return authority_of(literal_ ? host().substr(0, host().find('%')) : host());
}

std::string uri::authority_of(std::string_view host) const {
    std::string text(host);
    if (literal_) text = '[' + text + ']';
    if (port_ != (secure_ ? wss_port : ws_port)) text += ':' + std::to_string(port_);
    return text;
}

// Returns the authority as written in a URI, with the interface.
std::string uri::full_authority() const {
    const auto mark = literal_ ? host_.find('%') : std::string::npos;
    if (mark == std::string::npos) return authority();
    return authority_of(std::string(host().substr(0, mark)) + std::string(zone_mark) +
                        host_.substr(mark + 1));
}

std::string_view uri::path() const noexcept {
    return resource().substr(0, resource_.find('?'));
}

std::string_view uri::query() const noexcept {
    const auto mark = resource_.find('?');
    return mark == resource_.npos ? std::string_view{} : resource().substr(mark + 1);
}

std::string uri::str() const {
    return std::string{scheme()} + "://" + full_authority() + resource_;
}

std::string without_credentials(std::string_view text) {
    constexpr std::string_view hidden = "***";
    const auto slashes = text.find("://");
    const auto begin = slashes == text.npos ? 0 : slashes + 3;
    auto shown = std::string(text.substr(0, begin));
    auto rest = text.substr(begin);
    if (const auto end = rest.rfind('@'); end != rest.npos) {
        return shown.append(hidden).append(rest.substr(end));
    }
    const auto authority = rest.substr(0, rest.find_first_of("/?#"));
    const auto bracket = authority.starts_with('[') ? authority.rfind(']') : 0;
    const auto colon = authority.find(':', bracket);
    if (slashes == text.npos || bracket == authority.npos || colon == authority.npos ||
        std::ranges::all_of(authority.substr(colon + 1), is_digit)) {
        return std::string(text);
    }
    rest.remove_prefix(authority.size());
    return shown.append(authority.substr(0, colon + 1)).append(hidden).append(rest);
}

} // namespace weft
