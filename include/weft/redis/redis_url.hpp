// SPDX-License-Identifier: MIT
// The URL of a Redis server.
#pragma once

#include <string_view>

#include <weft/core/result.hpp>
#include <weft/redis/redis_options.hpp>

namespace weft {

/// Returns options with the address, the user, the password and the database that a URL names; all
/// others have their defaults.
///
/// The forms are `redis://[[user]:password@]host[:port][/database]`, also with an IPv6 address in
/// brackets, and `unix:/path[?db=database]` or `unix://[[user]:password@]/path[?db=database]`. In a
/// user name or a password, `:/?#[]@%` must be percent-encoded; in a path, `?#%`.
///
/// Fails with `redis_error::no_tls` for `rediss:`, and with `redis_error::bad_url` for anything
/// else, such as a query that is not `db`, or a user without a password. The error does not contain
/// the URL; `without_credentials` makes one that may be printed. Throws std::bad_alloc.
[[nodiscard]] result<redis_options> parse_redis_url(std::string_view url);

} // namespace weft
