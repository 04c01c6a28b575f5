// SPDX-License-Identifier: MIT
// Byte order of 64-bit integers, in `websocketpp::lib::net`.
#pragma once

#include <bit>

#include <arpa/inet.h> // programs rely on this include

#include <websocketpp/common/cpp11.hpp>
#include <websocketpp/common/stdint.hpp>

namespace websocketpp::lib::net {

inline bool is_little_endian() {
    return std::endian::native == std::endian::little;
}

/// Converts between the byte order of this machine and of the network.
inline uint64_t _htonll(uint64_t value) {
    if constexpr (std::endian::native == std::endian::big) return value;
    uint64_t swapped = 0;
    for (int byte = 0; byte < 8; ++byte, value >>= 8) swapped = swapped << 8 | (value & 0xff);
    return swapped;
}
inline uint64_t _ntohll(uint64_t value) {
    return _htonll(value);
}

} // namespace websocketpp::lib::net
