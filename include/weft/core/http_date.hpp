// SPDX-License-Identifier: MIT
// Reads dates of HTTP (RFC 9110 §5.6.7) and the Retry-After header (§10.2.3). `http_date` in
// http_head.hpp writes dates.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include <weft/core/http_head.hpp>
#include <weft/core/time.hpp>

namespace weft {

/// Returns the date in `text`, in any of the three forms of RFC 9110 §5.6.7; nothing if it has
/// another form. The day of the week is not checked. A year of two digits is one from 1970 to 2069.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text);

/// Returns how long `response` asks the client to wait: its Retry-After, in seconds or as a date;
/// nothing if it has none that is valid. `now` is the time of day. Zero for a date that has passed.
/// At most a year.
[[nodiscard]] std::optional<duration> retry_after(const http_head& response,
                                                  std::chrono::sys_seconds now);

} // namespace weft
