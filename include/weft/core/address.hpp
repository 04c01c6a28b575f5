// SPDX-License-Identifier: MIT
// Network addresses (IPv4, IPv6, Unix-domain) as plain values. No sockets, no name resolution.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <weft/core/result.hpp>

namespace weft {

/// An IPv4 or IPv6 address with a port, the path of a Unix-domain socket, or nothing.
class address {
public:
    enum class family : std::uint8_t { none, ipv4, ipv6, unix_path, unix_abstract };

    /// Creates an empty address, such as that of a memory pipe.
    address() = default;

    [[nodiscard]] static address ipv4(std::array<std::uint8_t, 4> bytes, std::uint16_t port);

    /// Returns an IPv6 address. `scope` is the interface index of a link-local address; 0 for none.
    [[nodiscard]] static address ipv6(std::array<std::uint8_t, 16> bytes, std::uint16_t port,
                                      std::uint32_t scope = 0);

    /// Returns the address of a Unix-domain socket. A path that begins with `@` names an abstract
    /// socket (Linux).
    [[nodiscard]] static address local(std::string_view path);

    /// Parses a numeric IPv4 address, or a numeric IPv6 address with or without brackets.
    ///
    /// An IPv6 address may end with a numeric scope: "fe80::1%2". An interface name, as in
    /// "fe80::1%eth0", is accepted only by functions that connect or listen, which look it up.
    /// Fails with `errc::bad_argument` for anything else, host names included.
    static result<address> parse(std::string_view host, std::uint16_t port);

    [[nodiscard]] family kind() const noexcept { return kind_; }
    [[nodiscard]] bool is_ip() const noexcept {
        return kind_ == family::ipv4 || kind_ == family::ipv6;
    }
    [[nodiscard]] bool is_local() const noexcept {
        return kind_ == family::unix_path || kind_ == family::unix_abstract;
    }

    /// Returns the port of an IP address, otherwise 0.
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

    /// Returns the bytes of an IP address in network order; an IPv4 address uses the first four.
    [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::uint32_t scope() const noexcept { return scope_; }

    /// Returns the path of a Unix-domain socket, without the `@` of an abstract one.
    [[nodiscard]] std::string_view path() const noexcept { return path_; }

    /// Returns text such as "127.0.0.1:80", "[::1]:80", "unix:/run/x" or "unix:@x"; "-" for none.
    [[nodiscard]] std::string str() const;

    /// Returns the same text without the port, and IPv6 without brackets.
    [[nodiscard]] std::string host() const;

    /// Returns true if both are the same IP address, whatever their ports and scopes. An
    /// IPv4-mapped IPv6 address ("::ffff:192.0.2.1") is the same as the IPv4 address.
    [[nodiscard]] bool has_same_ip(const address& other) const noexcept;

    friend bool operator==(const address&, const address&) = default;

private:
    std::array<std::uint8_t, 16> bytes_{};
    std::string path_;
    std::uint32_t scope_ = 0;
    std::uint16_t port_ = 0;
    family kind_ = family::none;
};

} // namespace weft
