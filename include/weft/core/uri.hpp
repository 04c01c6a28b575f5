// SPDX-License-Identifier: MIT
// Parser for `ws:` and `wss:` URIs (RFC 6455 §3, RFC 3986). Strict. Knows nothing of addresses or
// name resolution.
#pragma once

#include <weft/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weft {

/// A parsed `ws:` or `wss:` URI. Views of its parts are valid as long as the URI object.
class uri {
public:
    /// The longest URI that `parse` accepts, in bytes.
    static constexpr std::size_t size_max = 8192;

    /// Parses an absolute `ws:` or `wss:` URI.
    ///
    /// Fails with `errc::unsupported_scheme` for another scheme, and with `errc::bad_uri` for other
    /// faults: a fragment, user information, a space or control byte, a port outside 1..65535, a
    /// bracketed host that is not an IPv6 address, an invalid percent-encoding. An IPv6 address may
    /// name a local network interface after `%25`, as in `ws://[fe80::1%25eth0]/` (RFC 6874).
    static result<uri> parse(std::string_view text);

    /// Returns the target of a redirect from this URI. `location` is absolute or relative to it
    /// (RFC 3986 §5).
    ///
    /// Replaces `http:` and `https:` by `ws:` and `wss:`, and drops a fragment. Fails with
    /// `errc::insecure_redirect` from `wss:` to `ws:`, and with `errc::bad_redirect` for a URI that
    /// `parse` rejects.
    [[nodiscard]] result<uri> redirected(std::string_view location) const;

    [[nodiscard]] bool secure() const noexcept { return secure_; }

    /// Returns "ws" or "wss".
    [[nodiscard]] std::string_view scheme() const noexcept { return secure_ ? "wss" : "ws"; }

    /// Returns the host in lower case. An IPv6 address has no brackets and keeps its interface, as
    /// in "fe80::1%eth0".
    [[nodiscard]] std::string_view host() const noexcept { return host_; }

    /// Returns the port; 80 or 443 if the URI has none.
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

    /// Returns the value for the Host header: IPv6 in brackets and without the interface, which is
    /// local to this machine (RFC 6874 §4); the port only if it is not the default.
    [[nodiscard]] std::string authority() const;

    /// Returns the path as written in the URI; "/" if there is none.
    [[nodiscard]] std::string_view path() const noexcept;

    /// Returns the query as written in the URI, without the question mark; may be empty.
    [[nodiscard]] std::string_view query() const noexcept;

    /// Returns path and query: the request target (the "resource name" of RFC 6455 §3).
    [[nodiscard]] std::string_view resource() const noexcept { return resource_; }

    /// Returns the URI in normal form.
    [[nodiscard]] std::string str() const;

    friend bool operator==(const uri&, const uri&) = default;

private:
    uri() = default;

    [[nodiscard]] std::string authority_of(std::string_view host) const;
    [[nodiscard]] std::string full_authority() const;

    std::string host_;
    std::string resource_;
    std::uint16_t port_ = 0;
    bool secure_ = false;
    bool literal_ = false;
};

/// Returns `text` with `***` in place of a possible user name and password: for messages and logs.
///
/// `text` need not be a valid URI. Hides everything between the scheme and the last `@`, as a
/// malformed URI may have credentials anywhere. Without an `@`, hides a port that is not a number,
/// as it may be a password.
[[nodiscard]] std::string without_credentials(std::string_view text);

} // namespace weft
