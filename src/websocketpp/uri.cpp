// SPDX-License-Identifier: MIT
// Parses and writes URIs.
#include <websocketpp/uri.hpp>

#include <string_view>

#include "core/authority.hpp"

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

std::string in_brackets_if_ipv6(std::string const& host) {
    return host.find(':') == host.npos ? host : "[" + host + "]";
}

} // namespace

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
        host_ = authority.substr(1, bracket - 1);
        after_host = authority.substr(bracket + 1);
    } else {
        host_ = authority.substr(0, authority.find(':'));
        after_host = authority.substr(host_.size());
    }
    if (host_.empty() || (!after_host.empty() && after_host.front() != ':')) return;
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

/// Sets the port, the scheme's own if `port` is empty, and whether the URI is valid.
void uri::complete(std::string const& port) {
    secure_ = secure(scheme_);
    port_ = weft::parse_port(port, default_port(secure_)).value_or(0);
    valid_ = known(scheme_) && !host_.empty() && port_ != 0;
}

std::string uri::get_host_port() const {
    return port_ == default_port(secure_) ? in_brackets_if_ipv6(host_) : get_authority();
}

std::string uri::get_authority() const {
    return in_brackets_if_ipv6(host_) + ":" + get_port_str();
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
