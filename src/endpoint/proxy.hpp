// SPDX-License-Identifier: MIT
// Which proxy to go through: read from a URL, or found in the environment. Knows no socket.
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
    std::string user; // decoded; empty for no credentials
    std::string password;

    /// "http://user:password@host:port", "socks5://..." or "socks5h://..."; without a scheme it is
    /// http. All else is `errc::bad_proxy`.
    static result<proxy> parse(std::string_view url);
};

/// The value of an environment variable; empty when it is not set.
using environment = std::string (*)(const char* name);

/// As `weft::environment_proxy`, from an environment of the caller's.
[[nodiscard]] std::string proxy_in(environment where, const uri& target);

} // namespace weft
