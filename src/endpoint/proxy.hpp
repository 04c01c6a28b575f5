// SPDX-License-Identifier: MIT
// The proxy to connect through, parsed from a URL or found in the environment. Does not depend on
// sockets.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <weft/core/result.hpp>
#include <weft/core/uri.hpp>

namespace weft {

struct proxy {
    enum class kind : std::uint8_t { http, socks5 };

    kind speaks = kind::http;
    std::string host; // without brackets
    std::uint16_t port = 0;
    std::string user; // decoded; empty if there are no credentials
    std::string password;

    /// Parses "http://user:password@host:port", "socks5://..." or "socks5h://..."; the default
    /// scheme is http. Everything else is `errc::bad_proxy`.
    static result<proxy> parse(std::string_view url);
};

/// Returns the value of an environment variable; empty if it is not set.
using environment = std::string (*)(const char* name);

/// Does the same as `weft::environment_proxy`, with an environment supplied by the caller.
[[nodiscard]] std::string proxy_in(environment where, const uri& target);

} // namespace weft
