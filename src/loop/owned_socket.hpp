// SPDX-License-Identifier: MIT
// Owns a socket, and closes it.
#pragma once

#include <utility>

#include <weft/stream/native_socket.hpp>

namespace weft {

/// Closes a socket of this system; each system's folder defines it.
void close_socket(native_socket socket) noexcept;

class owned_socket {
public:
    owned_socket() noexcept = default;
    explicit owned_socket(native_socket socket) noexcept : socket_(socket) {}
    owned_socket(owned_socket&& other) noexcept : socket_(other.release()) {}
    owned_socket& operator=(owned_socket&& other) noexcept {
        std::swap(socket_, other.socket_);
        return *this;
    }
    ~owned_socket() { reset(); }

    [[nodiscard]] native_socket get() const noexcept { return socket_; }
    explicit operator bool() const noexcept { return socket_ != no_socket; }
    native_socket release() noexcept { return std::exchange(socket_, no_socket); }
    void reset() noexcept {
        if (socket_ != no_socket) close_socket(release());
    }

private:
    native_socket socket_ = no_socket;
};

} // namespace weft
