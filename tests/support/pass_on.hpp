// SPDX-License-Identifier: MIT
// Joins two io_streams: the write handler of one feeds the other.
#pragma once

#include <cstddef>
#include <span>

#include <weft/stream/io_stream.hpp>

namespace weft {

/// Feeds `to` with all bytes of `pieces`, and returns their number.
inline std::size_t pass_on(std::span<const std::span<const std::byte>> pieces, io_stream& to) {
    std::size_t size = 0;
    for (const auto piece : pieces) {
        to.read_all(piece);
        size += piece.size();
    }
    return size;
}

} // namespace weft
