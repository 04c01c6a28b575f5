// SPDX-License-Identifier: MIT
// The errors of the Asio transport.
#pragma once

#include <string>

#include <websocketpp/common/asio.hpp>
#include <websocketpp/common/functional.hpp>
#include <websocketpp/common/system_error.hpp>
#include <websocketpp/common/type_traits.hpp>

namespace websocketpp::transport::asio {

namespace error {

enum value {
    general = 1,
    invalid_num_bytes,   ///< never reported
    pass_through,        ///< an error of the layer below: see `get_transport_ec`
    proxy_failed,        ///< the proxy did not connect to the server
    proxy_invalid,       ///< not the URI of a proxy
    invalid_host_service ///< a host or service to listen on that does not exist
};

class error_category_of_asio final : public std::error_category {
public:
    char const* name() const noexcept override { return "websocketpp.transport.asio"; }
    std::string message(int which) const override {
        switch (which) {
        case general: return "generic asio transport error";
        case invalid_num_bytes: return "invalid number of bytes";
        case pass_through: return "underlying transport error";
        case proxy_failed: return "the proxy connection failed";
        case proxy_invalid: return "invalid proxy URI";
        case invalid_host_service: return "invalid host or service";
        default: return "unknown error";
        }
    }
};

inline lib::error_category const& get_category() {
    static const error_category_of_asio only;
    return only;
}

inline lib::error_code make_error_code(error::value which) {
    return lib::error_code(static_cast<int>(which), get_category());
}

} // namespace error

} // namespace websocketpp::transport::asio

template <>
struct std::is_error_code_enum<websocketpp::transport::asio::error::value> : std::true_type {};
