// SPDX-License-Identifier: MIT
// SHA-1, with the interface of WebSocket++.
#pragma once

#include <cstddef>

#include <websocketpp/common/cpp11.hpp>

namespace websocketpp::sha1 {

/// Writes the 20 bytes of the digest of `size` bytes at `source` to `hash`.
void calc(void const* source, std::size_t size, unsigned char* hash);

} // namespace websocketpp::sha1
