// SPDX-License-Identifier: MIT
// No TLS; built without OpenSSL.
#include "weft/tls.hpp"

#include <weft/core/error.hpp>

namespace weft_tool {

weft::result<serving_tls> serve_tls(const std::string&, const std::string&, std::string&) {
    return weft::failure(weft::errc::no_tls);
}

weft::result<std::shared_ptr<weft::secure_layer>> connect_tls(const std::string&, bool) {
    return std::shared_ptr<weft::secure_layer>();
}

bool is_distrust(std::error_code) noexcept {
    return false;
}

} // namespace weft_tool
