// SPDX-License-Identifier: MIT
// Finds the client behind a chain of HTTP proxies, from X-Forwarded-For or Forwarded (RFC 7239).
// Does not depend on connections.
#pragma once

#include <span>

#include <weft/core/address.hpp>
#include <weft/core/http_head.hpp>
#include <weft/core/result.hpp>
#include <weft/stream/address_prefix.hpp>

namespace weft {

[[nodiscard]] bool is_one_of(std::span<const address_prefix> set, const address& who) noexcept;

/// Returns the last address that is not in `trusted`, or the first if all are; without either
/// header it returns `from`, the trusted sender of the request.
///
/// Each proxy appends the address of its own client, so everything left of the last untrusted
/// address may be forged. For an entry that conceals the address ("unknown", "_hidden", "unix:")
/// the result has no address (`address::family::none`), nor for an entry of Forwarded without `for`
/// unless there is X-Forwarded-For. The interface of an IPv6 address ("fe80::1%eth0") is dropped.
/// Fails with `errc::bad_forwarded_for` if an entry that is read is malformed, or if both headers
/// exist and name different clients.
[[nodiscard]] result<address> forwarded_for(const http_request& request, const address& from,
                                            std::span<const address_prefix> trusted);

} // namespace weft
