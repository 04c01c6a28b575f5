// SPDX-License-Identifier: MIT
// Error codes for what Redis answers, and for the connection to it.
#pragma once

#include <string_view>
#include <system_error>

#include <weft/core/language.hpp>

namespace weft {

/// Errors of `redis_broker`. Errors of the operating system keep their own category, such as
/// `std::errc::connection_refused`.
enum class redis_error {
    out_of_memory = 1, ///< OOM: Redis has reached its `maxmemory`
    authentication,    ///< NOAUTH, WRONGPASS: a password is missing or wrong
    no_permission,     ///< NOPERM: the ACL of the user forbids a command, a key or a channel
    loading,           ///< LOADING, MASTERDOWN: Redis does not have all of its data yet
    read_only,         ///< READONLY: this Redis is a replica
    moved,             ///< MOVED, ASK, CLUSTERDOWN: a node of a cluster, which is not supported
    busy,              ///< BUSY: Redis is running a slow script
    write_refused,     ///< MISCONF, NOREPLICAS: Redis accepts no writes at present
    timeout,           ///< Redis did not answer in time
    connection_lost,   ///< the connection ended
    bad_answer,        ///< an unexpected or malformed answer, or a malformed publication
    bad_url,           ///< not a URL of a Redis server; see `parse_redis_url`
    no_tls,            ///< `rediss:`, but no TLS layer was given; see `parse_redis_url`
    command_failed     ///< another error, which `redis_options::on_trouble` receives as text
};

[[nodiscard]] const std::error_category& redis_category() noexcept;

[[nodiscard]] inline std::error_code make_error_code(redis_error code) noexcept {
    return {static_cast<int>(code), redis_category()};
}

/// Returns the error that the text of an error reply stands for, such as "NOAUTH Authentication
/// required."
[[nodiscard]] redis_error redis_error_of(std::string_view reply) noexcept;

} // namespace weft

template <>
struct std::is_error_code_enum<weft::redis_error> : std::true_type {};
