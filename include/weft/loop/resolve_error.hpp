// SPDX-License-Identifier: MIT
// Why a name has no addresses, in words that resolvers share.
#pragma once

#include <system_error>

#include <weft/core/language.hpp>

namespace weft {

/// For `lookup::fail`; compares equal to `condition::timeout` where it is one.
enum class resolve_error {
    host_not_found = 1,   ///< there is no such name
    no_address,           ///< there is such a name, but it has no address
    timeout,              ///< no name server has answered in time
    no_server,            ///< no name server is there, or all of them have failed
    refused,              ///< the name server does not want to answer
    server_failure,       ///< the name server could not find out
    bad_answer,           ///< what the name server answered makes no sense
    cancelled,            ///< the resolver was destroyed meanwhile
};

[[nodiscard]] const std::error_category& resolve_category() noexcept;

[[nodiscard]] inline std::error_code make_error_code(resolve_error code) noexcept {
    return {static_cast<int>(code), resolve_category()};
}

} // namespace weft

template <>
struct std::is_error_code_enum<weft::resolve_error> : std::true_type {};
