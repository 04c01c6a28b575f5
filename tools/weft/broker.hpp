// SPDX-License-Identifier: MIT
// The broker of `weft serve --hub`; one of broker_by_*.cpp implements it, depending on the build.
#pragma once

#include <memory>
#include <string>

#include <weft/hub/broker.hpp>

#include "without_loop/server_log.hpp"

namespace weft_tool {

/// Returns a broker over the Redis at this URL, which logs its troubles. Null if the URL is not
/// one of `hub_url_fault`. The log must outlive the broker's sessions.
[[nodiscard]] std::shared_ptr<weft::broker> broker_at(const std::string& url, server_log& log);

/// Says what is wrong with the URL, without repeating it; empty if nothing is.
[[nodiscard]] std::string hub_url_fault(const std::string& url);

} // namespace weft_tool
