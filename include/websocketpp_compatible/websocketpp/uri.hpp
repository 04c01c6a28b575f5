// SPDX-License-Identifier: MIT
// URIs of the schemes ws, wss, http and https, with the interface of WebSocket++.
#pragma once

#include <string>

#include <stdint.h>

#include <websocketpp/common/memory.hpp>
#include <websocketpp/error.hpp>

namespace websocketpp {

static uint16_t const uri_default_port = 80;
static uint16_t const uri_default_secure_port = 443;

/// A URI and its parts. If `get_valid` returns false, the other functions mean nothing.
class uri {
public:
    explicit uri(std::string const& text);
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
    bool get_secure() const { return secure_; }
    std::string const& get_scheme() const { return scheme_; }

    /// Returns the host; an IPv6 address has no brackets.
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
    bool valid_ = false;
};

typedef lib::shared_ptr<uri> uri_ptr;

} // namespace websocketpp
