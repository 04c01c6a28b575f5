// SPDX-License-Identifier: MIT
// What to connect to or listen at, parsed from text: addresses, or a name to look up.
#pragma once

#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <weft/core/address.hpp>
#include <weft/core/result.hpp>

namespace weft {

class loop_state;

/// The addresses of a target that are known without a name lookup.
struct target {
    std::vector<address> addresses; ///< empty when `host` has to be looked up
    std::string host;
    std::uint16_t port = 0;
};

[[nodiscard]] target target_of(std::string_view host, std::uint16_t port);

/// Returns "host:port", with brackets around a numeric IPv6 address.
[[nodiscard]] std::string authority(std::string_view host, std::uint16_t port);

/// Parses "unix:/path", "unix:@name", "127.0.0.1:80", "[::1]:80" or "name:80"; otherwise fails with
/// `errc::bad_address`.
result<target> target_of(std::string_view where);

/// Does the same for something to connect to: there, port 0 fails with `errc::bad_address`, too.
result<target> peer_target_of(std::string_view where);

/// Reports to the loop's `on_error` that `call` failed for `text`. For errors that no other handler
/// reports.
void complain(loop_state& loop, std::string_view call, std::string_view text, std::error_code why);

/// Return the addresses of a target to listen at. A name other than localhost fails with
/// `errc::no_resolver`.
result<std::vector<address>> addresses_of(std::string_view host, std::uint16_t port);
result<std::vector<address>> addresses_of(std::string_view where);

} // namespace weft
