// SPDX-License-Identifier: MIT
// The errors of the transport that moves no bytes.
#pragma once

#include <string>

#include <websocketpp/common/cpp11.hpp>
#include <websocketpp/common/system_error.hpp>

namespace websocketpp::transport::stub::error {

enum value {
    general = 1,
    not_implemented ///< this transport cannot do anything
};

lib::error_category const& get_category();

inline lib::error_code make_error_code(error::value which) {
    return lib::error_code(static_cast<int>(which), get_category());
}

} // namespace websocketpp::transport::stub::error

template <>
struct std::is_error_code_enum<websocketpp::transport::stub::error::value> : std::true_type {};
