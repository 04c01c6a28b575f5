// SPDX-License-Identifier: MIT
// Advice for a person when a connection could not be opened.
#pragma once

#include <string>
#include <string_view>

#include <weft/core/report.hpp>
#include <weft/core/uri.hpp>

namespace weft_tool {

/// How this program reaches the URI's host: directly, at another address, or through a proxy.
struct connect_route {
    std::string via;   ///< an address instead of the URI's; empty for none
    std::string proxy; ///< a URL, or "environment"; empty for none
};

/// Returns one or two sentences of advice, or an empty string.
[[nodiscard]] std::string advice(const weft::report& why, const weft::uri& target,
                                 const connect_route& route);

/// Returns a URL or a request target without its secrets, which must not reach a terminal or a log.
[[nodiscard]] std::string shown_uri(std::string_view typed);

/// Returns advice for a URL that is not a WebSocket URI.
[[nodiscard]] std::string uri_advice(std::string_view typed);

} // namespace weft_tool
