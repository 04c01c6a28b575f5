// SPDX-License-Identifier: MIT
// Parses and formats addresses.
#include <weft/core/address.hpp>

#include <algorithm>
#include <charconv>

#include <weft/core/error.hpp>

#include "core/mapped_address.hpp"

namespace weft {
namespace {

// Returns the interface index after the percent sign; 0 if it is not a number.
std::uint32_t parse_scope(std::string_view text) noexcept {
    std::uint32_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && stop == end ? number : 0;
}

} // namespace

ipv6_bytes as_ipv6(const address& where) noexcept {
    if (where.kind() != address::family::ipv4) return where.bytes();
    ipv6_bytes mapped{};
    mapped[10] = mapped[11] = 0xff;
    std::copy_n(where.bytes().begin(), 4, mapped.begin() + 12);
    return mapped;
}

address address::ipv4(std::array<std::uint8_t, 4> bytes, std::uint16_t port) {
    address made;
    std::ranges::copy(bytes, made.bytes_.begin());
    made.port_ = port;
    made.kind_ = family::ipv4;
    return made;
}

address address::ipv6(std::array<std::uint8_t, 16> bytes, std::uint16_t port,
                      std::uint32_t scope) {
    address made;
    made.bytes_ = bytes;
    made.port_ = port;
    made.scope_ = scope;
    made.kind_ = family::ipv6;
    return made;
}

address address::local(std::string_view path) {
    address made;
    const bool abstract = path.starts_with('@');
    made.path_ = path.substr(abstract ? 1 : 0);
    made.kind_ = abstract ? family::unix_abstract : family::unix_path;
    return made;
}

result<address> address::parse(std::string_view host, std::uint16_t port) {
    if (const auto bytes = parse_ipv4(host)) return ipv4(*bytes, port);
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    }
    const auto percent = host.find('%');
    const auto bytes = parse_ipv6(host.substr(0, percent));
    if (!bytes) return failure(errc::bad_argument);
    if (percent == host.npos) return ipv6(*bytes, port);
    const auto scope = parse_scope(host.substr(percent + 1));
    if (scope == 0) return failure(errc::bad_argument);
    return ipv6(*bytes, port, scope);
}

std::string address::str() const {
    switch (kind_) {
    case family::ipv4: return host() + ':' + std::to_string(port_);
    case family::ipv6: return '[' + host() + "]:" + std::to_string(port_);
    default: return host();
    }
}

bool address::has_same_ip(const address& other) const noexcept {
    return is_ip() && other.is_ip() && as_ipv6(*this) == as_ipv6(other);
}

std::string address::host() const {
    switch (kind_) {
    case family::none: return "-";
    case family::ipv4: return ipv4_text(bytes_.data());
    case family::ipv6: break;
    case family::unix_path: return "unix:" + path_;
    case family::unix_abstract: return "unix:@" + path_;
    }
    return ipv6_text(bytes_) + (scope_ == 0 ? "" : '%' + std::to_string(scope_));
}

} // namespace weft
