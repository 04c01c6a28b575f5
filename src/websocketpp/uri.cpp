// SPDX-License-Identifier: MIT
// Parses, checks and writes URIs.
#include <websocketpp/uri.hpp>

#include <algorithm>
#include <string_view>

#include "core/authority.hpp"
#include "core/ip_literal.hpp"
#include "core/percent_encoding.hpp"

namespace websocketpp {
namespace {

bool known(std::string_view scheme) {
    return scheme == "ws" || scheme == "wss" || scheme == "http" || scheme == "https";
}

bool secure(std::string_view scheme) {
    return scheme == "wss" || scheme == "https";
}

std::string_view plain_scheme(bool is_secure) {
    return is_secure ? "wss" : "ws";
}

uint16_t default_port(bool is_secure) {
    return is_secure ? uri_default_secure_port : uri_default_port;
}

// What stands in a URI before the name or number of an interface (RFC 6874 §2).
constexpr std::string_view zone_mark = "%25";

/// Returns whether `host` is an IPv6 address, after which a local interface may be named: "%eth0".
bool is_ipv6(std::string_view host) {
    const auto mark = host.find('%');
    const std::string_view zone = host.substr(std::min(mark, host.size()));
    const bool zone_is_valid =
        zone.empty() || (zone.size() > 1 && std::ranges::all_of(zone.substr(1), [](char c) {
                             return weft::is_unreserved(c);
                         }));
    return zone_is_valid && weft::parse_ipv6(host.substr(0, mark)).has_value();
}

bool has_brackets(std::string_view host) {
    return host.starts_with('[') && host.ends_with(']');
}

/// Removes the brackets around an IPv6 address and decodes its interface. A percent sign alone also
/// begins an interface, so "%25" at the end is the interface with the number 25.
std::string decode_host(std::string const& text) {
    if (!has_brackets(text)) return text;
    std::string host = text.substr(1, text.size() - 2);
    const auto mark = host.find(zone_mark);
    if (mark != host.npos && mark + zone_mark.size() < host.size()) {
        host.replace(mark, zone_mark.size(), "%");
    }
    return is_ipv6(host) ? host : text;
}

/// Returns whether `host`, which is not an IPv6 address, is an address of a future format in
/// brackets, such as "[v1.x]".
bool is_future_address(std::string_view host) {
    return has_brackets(host) && weft::is_host_and_port(host);
}

/// Returns a host as it stands in a URI.
std::string encode_host(std::string const& host, bool is_ipv6) {
    if (!is_ipv6) return host;
    std::string text = "[" + host + "]";
    const auto mark = text.find('%');
    if (mark != text.npos) text.replace(mark, 1, zone_mark);
    return text;
}

std::string_view view(uri_helper::iterator begin, uri_helper::iterator end) {
    return std::string_view(begin, end);
}

} // namespace

namespace uri_helper {

bool unreserved(char c) {
    return weft::is_unreserved(c);
}

bool gen_delim(char c) {
    return std::string_view(":/?#[]@").find(c) != std::string_view::npos;
}

bool sub_delim(char c) {
    return std::string_view("!$&'()*+,;=").find(c) != std::string_view::npos;
}

bool hexdigit(char c) {
    return weft::hex_value(c).has_value();
}

bool digit(char c) {
    return weft::is_digit(c);
}

bool scheme(char c) {
    return weft::is_letter(c) || digit(c) || c == '+' || c == '-' || c == '.';
}

bool dec_octet(iterator begin, iterator end) {
    return weft::parse_ipv4("0.0.0." + std::string(begin, end)).has_value();
}

bool ipv4_literal(iterator begin, iterator end) {
    return weft::parse_ipv4(view(begin, end)).has_value();
}

bool hex4(iterator begin, iterator end) {
    return end - begin >= 1 && end - begin <= 4 && std::all_of(begin, end, hexdigit);
}

bool ipv6_literal(iterator begin, iterator end) {
    return weft::parse_ipv6(view(begin, end)).has_value();
}

bool reg_name(char c) {
    return unreserved(c) || sub_delim(c);
}

bool reg_name(iterator begin, iterator end) {
    return weft::is_made_of(view(begin, end), "");
}

} // namespace uri_helper

uri::uri(std::string const& text) {
    const std::string_view whole = text;
    const auto end_of_scheme = whole.find("://");
    if (end_of_scheme == whole.npos) return;
    scheme_ = whole.substr(0, end_of_scheme);
    std::string_view rest = whole.substr(end_of_scheme + 3);
    const auto end_of_authority = rest.find_first_of("/?#");
    std::string_view authority = rest.substr(0, end_of_authority);
    rest.remove_prefix(authority.size());
    resource_ = rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest);
    std::string_view after_host;
    if (authority.starts_with('[')) {
        const auto bracket = authority.find(']');
        if (bracket == authority.npos) return;
        host_ = authority.substr(0, bracket + 1);
        after_host = authority.substr(bracket + 1);
    } else {
        host_ = authority.substr(0, authority.find(':'));
        after_host = authority.substr(host_.size());
    }
    if (!after_host.empty() && after_host.front() != ':') return;
    complete(std::string(after_host.empty() ? after_host : after_host.substr(1)));
}

uri::uri(bool is_secure, std::string const& host, uint16_t port, std::string const& resource)
    : uri(std::string(plain_scheme(is_secure)), host, port, resource) {}

uri::uri(bool is_secure, std::string const& host, std::string const& resource)
    : uri(std::string(plain_scheme(is_secure)), host, resource) {}

uri::uri(bool is_secure, std::string const& host, std::string const& port,
         std::string const& resource)
    : uri(std::string(plain_scheme(is_secure)), host, port, resource) {}

uri::uri(std::string const& scheme, std::string const& host, uint16_t port,
         std::string const& resource)
    : uri(scheme, host, std::to_string(port), resource) {}

uri::uri(std::string scheme, std::string const& host, std::string const& resource)
    : uri(scheme, host, std::string(), resource) {}

uri::uri(std::string const& scheme, std::string const& host, std::string const& port,
         std::string const& resource)
    : scheme_(scheme), host_(host), resource_(resource.empty() ? "/" : resource) {
    complete(port);
}

/// Decodes the host, and sets the port, the scheme's own if `port` is empty, and whether the URI is
/// valid.
void uri::complete(std::string const& port) {
    secure_ = secure(scheme_);
    port_ = weft::parse_port(port, default_port(secure_)).value_or(0);
    host_ = decode_host(host_);
    ipv6_ = is_ipv6(host_);
    const bool host_is_valid = ipv6_ || is_future_address(host_) ||
                               (!host_.empty() && weft::is_made_of(host_, ""));
    valid_ = known(scheme_) && host_is_valid && port_ != 0;
}

std::string uri::get_host_port() const {
    return port_ == default_port(secure_) ? encode_host(host_, ipv6_) : get_authority();
}

std::string uri::get_authority() const {
    return encode_host(host_, ipv6_) + ":" + get_port_str();
}

std::string uri::get_port_str() const {
    return std::to_string(port_);
}

std::string uri::str() const {
    return scheme_ + "://" + get_host_port() + resource_;
}

std::string uri::get_query() const {
    const auto mark = resource_.find('?');
    if (mark == resource_.npos) return {};
    return resource_.substr(mark + 1, resource_.find('#', mark) - mark - 1);
}

} // namespace websocketpp
