// SPDX-License-Identifier: MIT
// URIs of the schemes ws, wss, http and https, with the interface of WebSocket++.
#pragma once

#include <algorithm>
#include <sstream>
#include <string>

#include <stdint.h>

#include <websocketpp/common/memory.hpp>
#include <websocketpp/error.hpp>

namespace websocketpp {

static uint16_t const uri_default_port = 80;
static uint16_t const uri_default_secure_port = 443;

/// The grammar of RFC 3986 §2 and §3. Ranges are parts of one string.
namespace uri_helper {

typedef std::string::const_iterator iterator;

bool unreserved(char c);
bool gen_delim(char c);
bool sub_delim(char c);
bool hexdigit(char c);
bool digit(char c);
inline bool digit(iterator it) {
    return digit(*it);
}

/// Returns whether a character may be part of a scheme.
bool scheme(char c);

/// Returns whether the two characters at `it`, which follow a percent sign, are hexadecimal digits.
inline bool pct_encoded(iterator it) {
    return hexdigit(*it) && hexdigit(*(it + 1));
}

/// Returns whether a range is a number from 0 to 255 without leading zeros.
bool dec_octet(iterator begin, iterator end);
bool ipv4_literal(iterator begin, iterator end);

/// Returns whether a range is one to four hexadecimal digits.
bool hex4(iterator begin, iterator end);

/// Returns whether a range is an IPv6 address, without brackets.
bool ipv6_literal(iterator begin, iterator end);

/// Returns whether a character may be part of a host name; a percent sign may only begin an
/// encoded byte, which the form for a range accepts.
bool reg_name(char c);
bool reg_name(iterator begin, iterator end);

} // namespace uri_helper

/// A URI and its parts. If `get_valid` returns false, the other functions mean nothing.
class uri {
public:
    explicit uri(std::string const& text);

    /// An IPv6 address as a host may have brackets.
    uri(bool secure, std::string const& host, uint16_t port, std::string const& resource);
    uri(bool secure, std::string const& host, std::string const& resource);
    uri(bool secure, std::string const& host, std::string const& port,
        std::string const& resource);
    uri(std::string const& scheme, std::string const& host, uint16_t port,
        std::string const& resource);
    uri(std::string scheme, std::string const& host, std::string const& resource);
    uri(std::string const& scheme, std::string const& host, std::string const& port,
        std::string const& resource);

    bool get_valid() const { return valid_; }

    /// Returns whether the host is an IPv6 address, perhaps with an interface ("fe80::1%eth0").
    bool is_ipv6_literal() const { return ipv6_; }
    bool get_secure() const { return secure_; }
    std::string const& get_scheme() const { return scheme_; }

    /// Returns the host; an IPv6 address has no brackets, and its interface follows "%", as
    /// resolvers expect it. The URI as a text has "%25" there.
    std::string const& get_host() const { return host_; }

    /// Returns the host and, unless it is the scheme's own, the port.
    std::string get_host_port() const;

    /// Returns the host and the port.
    std::string get_authority() const;
    uint16_t get_port() const { return port_; }
    std::string get_port_str() const;

    /// Returns the path and the query.
    std::string const& get_resource() const { return resource_; }
    std::string str() const;

    /// Returns the query without its question mark.
    std::string get_query() const;

private:
    void complete(std::string const& port);

    std::string scheme_;
    std::string host_;
    std::string resource_;
    uint16_t port_ = 0;
    bool secure_ = false;
    bool ipv6_ = false;
    bool valid_ = false;
};

typedef lib::shared_ptr<uri> uri_ptr;

} // namespace websocketpp
