// SPDX-License-Identifier: MIT
// Addresses as the system's calls want them. POSIX.
#pragma once

#include <sys/socket.h>

#include <weft/core/address.hpp>
#include <weft/core/result.hpp>

namespace weft {

/// A sockaddr of any family with its length.
struct socket_address {
    sockaddr_storage storage{};
    socklen_t size = sizeof(storage);

    [[nodiscard]] sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
    [[nodiscard]] const sockaddr* get() const noexcept {
        return reinterpret_cast<const sockaddr*>(&storage);
    }
    [[nodiscard]] int family() const noexcept { return storage.ss_family; }
};

/// Fails with `filename_too_long` for a path that does not fit, `bad_argument` for no address.
result<socket_address> as_socket_address(const address& from);

[[nodiscard]] address as_address(const socket_address& from);

/// Where a socket is bound, if the system tells; otherwise no address.
[[nodiscard]] address local_address_of(int descriptor);

/// The same, or why the system does not tell.
result<address> find_local_address(int descriptor);

[[nodiscard]] bool is_unix_socket(int descriptor) noexcept;

} // namespace weft
