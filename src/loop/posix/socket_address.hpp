// SPDX-License-Identifier: MIT
// Converts addresses to and from the sockaddr of system calls. POSIX.
#pragma once

#include <sys/socket.h>

#include <weft/core/address.hpp>
#include <weft/core/result.hpp>

namespace weft {

/// A sockaddr of any family, with its length.
struct socket_address {
    sockaddr_storage storage{};
    socklen_t size = sizeof(storage);

    [[nodiscard]] sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
    [[nodiscard]] const sockaddr* get() const noexcept {
        return reinterpret_cast<const sockaddr*>(&storage);
    }
    [[nodiscard]] int family() const noexcept { return storage.ss_family; }
};

/// Fails with `filename_too_long` if the path is too long, with `bad_argument` if `from` is empty.
result<socket_address> as_socket_address(const address& from);

[[nodiscard]] address as_address(const socket_address& from);

/// Returns the address to which a socket is bound; no address if the system reports none.
[[nodiscard]] address local_address_of(int descriptor);

/// Returns the same, or the system's error.
result<address> find_local_address(int descriptor);

[[nodiscard]] bool is_unix_socket(int descriptor) noexcept;

} // namespace weft
