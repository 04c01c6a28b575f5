// SPDX-License-Identifier: MIT
// Reads the client's address from the environment.
#include "without_loop/peer_from_environment.hpp"

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace weft_tool {
namespace {

std::string_view variable(const char* name) {
    const char* const value = std::getenv(name);
    return value ? value : "";
}

std::optional<weft::address> address_in(const char* host, const char* port) {
    const auto digits = variable(port);
    std::uint16_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const auto parsed = weft::address::parse(variable(host), number);
    return parsed ? std::optional(*parsed) : std::nullopt;
}

} // namespace

weft::address peer_from_environment() {
    if (const auto by_systemd = address_in("REMOTE_ADDR", "REMOTE_PORT")) return *by_systemd;
    return address_in("SOCAT_PEERADDR", "SOCAT_PEERPORT").value_or(weft::address());
}

} // namespace weft_tool
