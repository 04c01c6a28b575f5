// SPDX-License-Identifier: MIT
// The broker of `weft serve --hub`. Depending on the build, broker_by_hiredis.cpp or
// broker_without_hiredis.cpp implements it.
#pragma once

#include <memory>
#include <string>

#include <weft/hub/broker.hpp>

#include "weft/tls.hpp"
#include "without_loop/server_log.hpp"

namespace weft_tool {

/// Returns a broker that uses the Redis at this URL and logs its errors, or null if `hub_url_fault`
/// finds a fault. The log must outlive the broker's sessions. `trust` is for `rediss:`.
[[nodiscard]] std::shared_ptr<weft::broker> broker_at(const std::string& url,
                                                      const tls_trust& trust, server_log& log);

/// Returns what is wrong with the URL or with the trusted certificates, without repeating the URL;
/// empty if nothing.
[[nodiscard]] std::string hub_url_fault(const std::string& url, const tls_trust& trust);

} // namespace weft_tool
