// SPDX-License-Identifier: MIT
// The standard decision whether to connect again: by HTTP status, close code and error.
#include <weft/connection/reconnect_options.hpp>

#include <weft/core/error.hpp>
#include <weft/core/http_date.hpp>

namespace weft {
namespace {

using std::chrono::seconds;

constexpr reconnect_decision end{false, {}, {}};
constexpr reconnect_decision back_off{true, {}, {}};

/// From 5 to 30 seconds: what the registry of close codes recommends for 1012, so that the clients
/// of a service that restarts do not all return at once.
constexpr reconnect_decision let_it_recover{true, seconds(5), seconds(25)};

reconnect_decision by_status(const report& why, std::chrono::sys_seconds now) {
    const auto* const response = why.response();
    const auto wait = response ? retry_after(*response, now) : std::nullopt;
    const auto busy = wait ? reconnect_decision{true, *wait, {}} : let_it_recover;
    switch (why.http_status) {
    case 429: // too many requests
    case 503: return busy;
    case 408:                  // request timeout
    case 421:                  // misdirected request
    case 425: return back_off; // too early
    default: break;
    }
    if (why.http_status >= 500 || why.http_status < 300) return wait ? busy : back_off;
    return end;
}

reconnect_decision by_code(close_code code) noexcept {
    switch (static_cast<unsigned>(code)) {
    case 1012:                        // service restart
    case 1013: return let_it_recover; // try again later
    case 1000:                        // normal
    case 1002:                        // protocol error
    case 1003:                        // unsupported data
    case 1007:                        // invalid payload
    case 1008:                        // policy violation
    case 1009:                        // message too big
    case 1010:                        // mandatory extension
    case 3000:                        // unauthorized
    case 3003: return end;            // forbidden
    default: return back_off;
    }
}

/// Returns whether waiting cannot remove the cause of this error: a mistake of the application, or
/// a disagreement with the server.
bool is_permanent(std::error_code why) noexcept {
    if (why == condition::misuse) return true;
    if (why.category() != error_category()) return false;
    switch (static_cast<errc>(why.value())) {
    case errc::proxy_authentication:
    case errc::bad_redirect:
    case errc::insecure_redirect:
    case errc::too_many_redirects:
    case errc::bad_accept:
    case errc::unexpected_subprotocol:
    case errc::no_subprotocol:
    case errc::unexpected_extension: return true;
    default: return false;
    }
}

} // namespace

reconnect_decision decide_reconnect(const report& why, std::chrono::sys_seconds now) {
    if (is_permanent(why.error)) return end;
    if (why.error == errc::not_upgraded) return by_status(why, now);
    return why.received && why.began == side::peer ? by_code(why.received->code) : back_off;
}

} // namespace weft
