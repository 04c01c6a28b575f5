// SPDX-License-Identifier: MIT
// The errors of WebSocket++'s extensions.
#pragma once

#include <string>

#include <websocketpp/common/system_error.hpp>

namespace websocketpp::extensions {

namespace error {

enum value {
    general = 1,
    disabled ///< a method of an extension that the config does not enable
};

lib::error_category const& get_category();

inline lib::error_code make_error_code(error::value which) {
    return lib::error_code(static_cast<int>(which), get_category());
}

} // namespace error

} // namespace websocketpp::extensions

template <>
struct std::is_error_code_enum<websocketpp::extensions::error::value> : std::true_type {};
