// SPDX-License-Identifier: MIT
// Whose word about a client's address a server takes.
#pragma once

#include <string>
#include <vector>

#include <weft/core/language.hpp>

namespace weft {

/// Proxies of one's own in front of a server.
struct trusted_proxies {
    /// Addresses ("10.0.0.1"), prefixes ("10.0.0.0/8", "2001:db8::/32"), or "unix:" for whoever
    /// comes through a Unix-domain socket.
    std::vector<std::string> peers = {};

    /// Each connection of theirs begins with the PROXY protocol's header, of version 1 or 2; one
    /// that does not is ended with `errc::bad_proxy_header`.
    bool proxy_protocol = false;

    /// The client is the last one in X-Forwarded-For, or in Forwarded (RFC 7239), that is none of
    /// these peers, if they send one of the two. A client that they hide ("unknown", "_hidden",
    /// "unix:") has no address and counts for no limit per address. A malformed header is refused
    /// with 400 and `errc::bad_forwarded_for`, and so are two that name different clients: a proxy
    /// that writes one may pass on the other as the client has invented it.
    bool forwarded_for = false;
};

} // namespace weft
