// SPDX-License-Identifier: MIT
// What a write handler does that joins two io_streams.
#pragma once

#include <cstddef>
#include <span>

#include <weft/stream/io_stream.hpp>

namespace weft {

/// Feeds `to` with all bytes of `pieces`, and returns how many these were.
inline std::size_t pass_on(std::span<const std::span<const std::byte>> pieces, io_stream& to) {
    std::size_t size = 0;
    for (const auto piece : pieces) {
        to.read_all(piece);
        size += piece.size();
    }
    return size;
}

} // namespace weft
