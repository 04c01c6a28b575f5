// SPDX-License-Identifier: MIT
// Where a text says that something is: an address, or a name that has to be looked up.
#pragma once

#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <weft/core/address.hpp>
#include <weft/core/result.hpp>

namespace weft {

class loop_state;

/// Addresses as far as they are known without looking up a name.
struct target {
    std::vector<address> addresses; ///< empty when `host` has to be looked up
    std::string host;
    std::uint16_t port = 0;
};

[[nodiscard]] target target_of(std::string_view host, std::uint16_t port);

/// "host:port", with brackets around a numeric IPv6 address.
[[nodiscard]] std::string authority(std::string_view host, std::uint16_t port);

/// "unix:/path", "unix:@name", "127.0.0.1:80", "[::1]:80", "name:80"; otherwise
/// `errc::bad_argument`.
result<target> target_of(std::string_view where);

/// `text`, which could not be read, for reports: without what may be a password, and not at length.
[[nodiscard]] std::string for_reports(std::string_view text);

/// Hands what nobody else hears of, that `call` was given `text`, to the loop's `on_error`.
void complain(loop_state& loop, std::string_view call, std::string_view text, std::error_code why);

/// The same for a place to listen at: a name other than localhost is `errc::no_resolver`.
result<std::vector<address>> addresses_of(std::string_view host, std::uint16_t port);
result<std::vector<address>> addresses_of(std::string_view where);

} // namespace weft
