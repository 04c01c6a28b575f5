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

    /// Whether each connection of these peers must begin with a PROXY protocol header, version 1 or
    /// 2. A connection that does not is ended with `errc::bad_proxy_header`.
    bool proxy_protocol = false;

    /// Whether these peers report the client in X-Forwarded-For or in Forwarded (RFC 7239). The
    /// client is the last address in the header that is not one of these peers. A client whose
    /// address they hide ("unknown", "_hidden", "unix:") has no address, and the limits per address
    /// do not apply to it. The same holds if Forwarded has no `for` and there is no
    /// X-Forwarded-For. A malformed header is answered with 400 and `errc::bad_forwarded_for`;
    /// so are two headers that report different clients, because a proxy that writes one of them
    /// may pass on a forged value of the other.
    bool forwarded_for = false;
};

} // namespace weft
