// SPDX-License-Identifier: MIT
// The URL of a Redis server.
#pragma once

#include <memory>
#include <string_view>

#include <weft/core/result.hpp>
#include <weft/redis/redis_options.hpp>
#include <weft/stream/secure_layer.hpp>

namespace weft {

/// Returns options with the address, the user, the password and the database that a URL names; all
/// others have their defaults.
///
/// The forms are `redis://[[user]:password@]host[:port][/database]`, also with an IPv6 address in
/// brackets; the same with `rediss:` instead, which sets `redis_options::tls` to `tls`; and
/// `unix:/path[?db=database]` or `unix://[[user]:password@]/path[?db=database]`. In a user name or
/// a password, `:/?#[]@%` must be percent-encoded; in a path, `?#%`.
///
/// Fails with `redis_error::no_tls` for `rediss:` if `tls` is null, and with `redis_error::bad_url`
/// for any other URL, such as one with a query other than `db`, or with a user but no password. The
/// error does not contain the URL; `without_credentials` returns a URL that may be printed. Throws
/// std::bad_alloc.
[[nodiscard]] result<redis_options> parse_redis_url(std::string_view url,
                                                    std::shared_ptr<secure_layer> tls = {});

} // namespace weft
