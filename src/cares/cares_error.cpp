// SPDX-License-Identifier: MIT
// Translates c-ares' status codes.
#include "cares/cares_error.hpp"

#include <ares.h>

namespace weft {
namespace {

constexpr int no_server_is_configured = 26; // ARES_ENOSERVER, which c-ares has since 1.20

} // namespace

std::error_code cares_error(int status) noexcept {
    switch (status) {
    case ARES_SUCCESS: return {};
    case ARES_ENODATA: return resolve_error::no_address;
    case ARES_ENOTFOUND:
    case ARES_ENONAME:
    case ARES_EBADNAME: return resolve_error::host_not_found; // a malformed name
    case ARES_ETIMEOUT: return resolve_error::timeout;
    case no_server_is_configured:
    case ARES_ECONNREFUSED: return resolve_error::no_server; // 1.18 returns it for a SERVFAIL, too
    case ARES_EREFUSED: return resolve_error::refused;
    case ARES_EBADRESP: return resolve_error::bad_answer;
    case ARES_EFORMERR: // the server reports our query as malformed
    case ARES_ENOTIMP:
    case ARES_ESERVFAIL: return resolve_error::server_failure;
    case ARES_ECANCELLED:
    case ARES_EDESTRUCTION: return resolve_error::cancelled;
    case ARES_ENOMEM: return std::make_error_code(std::errc::not_enough_memory);
    default: return resolve_error::server_failure;
    }
}

} // namespace weft
