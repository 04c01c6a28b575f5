// SPDX-License-Identifier: MIT
// What a person can try when a connection could not be opened.
#pragma once

#include <string>
#include <system_error>

#include <weft/core/report.hpp>
#include <weft/core/uri.hpp>

namespace weft_tool {

/// One or two sentences, or nothing. `via` is the address that was dialled instead of the URI's.
[[nodiscard]] std::string advice(const weft::report& why, const weft::uri& target,
                                 const std::string& via);

/// The same for an address that is no WebSocket URI.
[[nodiscard]] std::string uri_advice(std::string_view typed);

} // namespace weft_tool
