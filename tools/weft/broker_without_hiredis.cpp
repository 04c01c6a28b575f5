// SPDX-License-Identifier: MIT
// A build without weft::redis.
#include "weft/broker.hpp"

namespace weft_tool {

std::shared_ptr<weft::broker> broker_at(const std::string&, const tls_trust&, server_log&) {
    return nullptr;
}

std::string hub_url_fault(const std::string&, const tls_trust&) {
    return "this build is without hiredis (Debian, Ubuntu: libhiredis-dev)";
}

} // namespace weft_tool
