// SPDX-License-Identifier: MIT
// Why a name lookup failed: error codes that resolvers share.
#pragma once

#include <system_error>

#include <weft/core/language.hpp>

namespace weft {

/// Pass these to `lookup::fail`. `timeout` compares equal to `condition::timeout`.
enum class resolve_error {
    host_not_found = 1,   ///< the name does not exist
    no_address,           ///< the name exists, but has no address
    timeout,              ///< no name server answered in time
    no_server,            ///< there is no name server, or all of them have failed
    refused,              ///< the name server refuses to answer
    server_failure,       ///< the name server failed to find the answer
    bad_answer,           ///< the name server's answer is malformed
    cancelled,            ///< the resolver was destroyed during the lookup
};

[[nodiscard]] const std::error_category& resolve_category() noexcept;

[[nodiscard]] inline std::error_code make_error_code(resolve_error code) noexcept {
    return {static_cast<int>(code), resolve_category()};
}

} // namespace weft

template <>
struct std::is_error_code_enum<weft::resolve_error> : std::true_type {};
