// SPDX-License-Identifier: MIT
// `ws:` and `wss:` URIs (RFC 6455 §3, RFC 3986): parsed strictly once, then read. Knows nothing of
// addresses or resolving.
#pragma once

#include <weft/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weft {

/// Where a WebSocket is to be found.
class uri {
public:
    /// Longer URIs are refused.
    static constexpr std::size_t size_max = 8192;

    /// Parses an absolute `ws:` or `wss:` URI.
    ///
    /// Fails with `errc::unsupported_scheme` for another scheme and with `errc::bad_uri` for all
    /// else: a fragment, user information, a space or control byte, a port that is not within
    /// 1..65535, a literal that is not an IPv6 address, a stray percent sign. A literal may name an
    /// interface of this machine behind `%25`, as in `ws://[fe80::1%25eth0]/` (RFC 6874).
    static result<uri> parse(std::string_view text);

    /// Where a redirect from here leads: what `location`, absolute or relative to this URI, says
    /// (RFC 3986 §5). `http:` and `https:` stand for `ws:` and `wss:`; a fragment is dropped.
    ///
    /// Fails with `errc::insecure_redirect` from `wss:` to `ws:`, and with `errc::bad_redirect` for
    /// all that `parse` refuses.
    [[nodiscard]] result<uri> redirected(std::string_view location) const;

    [[nodiscard]] bool secure() const noexcept { return secure_; }

    /// "ws" or "wss".
    [[nodiscard]] std::string_view scheme() const noexcept { return secure_ ? "wss" : "ws"; }

    /// The host in lower case, an IPv6 address without its brackets, and with the interface that it
    /// may name as in "fe80::1%eth0".
    [[nodiscard]] std::string_view host() const noexcept { return host_; }

    /// The port, 80 or 443 when the URI names none.
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

    /// What the Host header says: IPv6 in brackets and without an interface, which only this
    /// machine knows (RFC 6874 §4); the port only when it is not the default.
    [[nodiscard]] std::string authority() const;

    /// The path as it stands in the URI; "/" when that has none.
    [[nodiscard]] std::string_view path() const noexcept;

    /// What follows the question mark, as it stands in the URI; often empty.
    [[nodiscard]] std::string_view query() const noexcept;

    /// Path and query: the request target (the "resource name" of RFC 6455 §3).
    [[nodiscard]] std::string_view resource() const noexcept { return resource_; }

    /// The URI in its normal form.
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

/// `text`, which may be no URI at all, with `***` in place of all that could be a user's name and
/// password in it: for messages and logs.
///
/// Everything from the scheme to the last `@` counts, since what is malformed may end anywhere; and
/// without one, what stands where a port should be and is no number.
[[nodiscard]] std::string without_credentials(std::string_view text);

} // namespace weft
