// SPDX-License-Identifier: MIT
// A set of addresses: one address, a network (CIDR prefix), or all Unix-domain sockets.
#pragma once

#include <cstdint>
#include <string_view>

#include <weft/core/address.hpp>
#include <weft/core/result.hpp>

namespace weft {

/// All IP addresses that begin with the same bits, with any port; or all Unix-domain sockets.
class address_prefix {
public:
    /// Parses an address ("192.0.2.1", "::1"), a prefix ("10.0.0.0/8", "2001:db8::/32"), or
    /// "unix:" for all Unix-domain sockets. Fails with `errc::bad_argument` for anything else.
    static result<address_prefix> parse(std::string_view text);

    /// Returns whether `where` is in the set. An IPv4-mapped IPv6 address ("::ffff:192.0.2.1")
    /// counts as the IPv4 address.
    [[nodiscard]] bool contains(const address& where) const noexcept;

private:
    address base_;
    unsigned bits_ = 0; // prefix length in the IPv6 form of the address
    bool local_ = false;
};

} // namespace weft
