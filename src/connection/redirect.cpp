// SPDX-License-Identifier: MIT
// Validates redirects and removes what the new server must not receive.
#include "connection/redirect.hpp"

#include <weft/core/error.hpp>

namespace weft {
namespace {

/// Returns whether both URIs have the same host and port. A redirect from `ws:` at port 80 to
/// `wss:` at port 443 of the same host also counts, because many servers send it.
bool is_same_place(const uri& from, const uri& to) noexcept {
    if (from.host() != to.host()) return false;
    if (from.secure() == to.secure()) return from.port() == to.port();
    return to.secure() && from.port() == 80 && to.port() == 443;
}

bool is_secret(const http_field& field) noexcept {
    return equal_ignoring_case(field.name, "Authorization") ||
        equal_ignoring_case(field.name, "Cookie") ||
        equal_ignoring_case(field.name, "Proxy-Authorization") ||
        equal_ignoring_case(field.name, "Host");
}

} // namespace

bool is_redirect(const http_response_head& response) noexcept {
    switch (response.status()) {
    case 301:
    case 302:
    case 303:
    case 307:
    case 308: return true;
    default: return false;
    }
}

result<uri> redirect_target(const uri& from, const http_response_head& response) {
    if (response.header_count("Location") != 1) return failure(errc::bad_redirect);
    return from.redirected(*response.header("Location"));
}

void forget_secrets(connect_options& options, const uri& from, const uri& to) noexcept {
    if (is_same_place(from, to)) return;
    std::erase_if(options.headers, is_secret);
    if (options.proxy.empty()) options.via.clear();
}

} // namespace weft
