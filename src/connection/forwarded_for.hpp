// SPDX-License-Identifier: MIT
// Who is at the other end of a chain of HTTP proxies, as X-Forwarded-For or Forwarded (RFC 7239)
// says. Knows no connection.
#pragma once

#include <span>

#include <weft/core/address.hpp>
#include <weft/core/http_head.hpp>
#include <weft/core/result.hpp>
#include <weft/stream/address_prefix.hpp>

namespace weft {

[[nodiscard]] bool is_one_of(std::span<const address_prefix> set, const address& who) noexcept;

/// The last address that nobody of `trusted` has, or the first of all; `from`, who has sent the
/// request and is trusted, when neither header is there.
///
/// Each proxy appends whom it has met, so what stands left of the first one that is not trusted
/// could be anybody's invention. An entry that hides the address ("unknown", "_hidden", "unix:") is
/// no address (`address::family::none`). Fails with `errc::bad_forwarded_for` when an entry that
/// counts is malformed, or when both headers are there and name different clients.
[[nodiscard]] result<address> forwarded_for(const http_request& request, const address& from,
                                            std::span<const address_prefix> trusted);

} // namespace weft
