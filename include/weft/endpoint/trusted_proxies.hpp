// SPDX-License-Identifier: MIT
// The proxies that a server trusts to report a client's address.
#pragma once

#include <string>
#include <vector>

#include <weft/core/language.hpp>

namespace weft {

/// The operator's own proxies in front of a server.
struct trusted_proxies {
    /// Addresses ("10.0.0.1"), prefixes ("10.0.0.0/8", "2001:db8::/32"), or "unix:" for all peers
    /// that connect through a Unix-domain socket.
    std::vector<std::string> peers = {};

    /// Each of their connections must begin with the PROXY protocol's header, version 1 or 2;
    /// otherwise it is ended with `errc::bad_proxy_header`.
    bool proxy_protocol = false;

    /// Takes as the client the last address in X-Forwarded-For, or in Forwarded (RFC 7239), that is
    /// none of these peers, if they send one of the two. A client whose address they hide
    /// ("unknown", "_hidden", "unix:") has no address and no limit per address. A malformed header
    /// is refused with 400 and `errc::bad_forwarded_for`, and so are two headers that name
    /// different clients: a proxy that writes one of them may pass on the other as the client
    /// forged it.
    bool forwarded_for = false;
};

} // namespace weft
