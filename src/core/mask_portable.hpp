// SPDX-License-Identifier: MIT
// The masking kernel that runs everywhere: words, unrolled so that a compiler turns them into
// vectors. A kernel for one instruction set stands in a file beside this one, with this signature.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace weft {

/// Masks `size` bytes; `key[0]` belongs to `from[0]`.
///
/// `from` and `to` are the same or do not overlap.
inline void mask_portable(const std::byte* from, std::byte* to, std::size_t size,
                          const std::array<std::byte, 4>& key) noexcept {
    std::uint32_t half;
    std::memcpy(&half, key.data(), sizeof half);
    // Twice the same four bytes: the order of bytes in a word does not matter.
    const std::uint64_t word = std::uint64_t{half} << 32 | half;

    constexpr std::size_t unrolled = 8;
    std::uint64_t block[unrolled];
    for (; size >= sizeof block; size -= sizeof block) {
        std::memcpy(block, from, sizeof block);
        for (auto& part : block) part ^= word;
        std::memcpy(to, block, sizeof block);
        from += sizeof block;
        to += sizeof block;
    }
    for (; size >= sizeof word; size -= sizeof word) {
        std::uint64_t part;
        std::memcpy(&part, from, sizeof part);
        part ^= word;
        std::memcpy(to, &part, sizeof part);
        from += sizeof part;
        to += sizeof part;
    }
    if (size >= sizeof half) {
        std::uint32_t part;
        std::memcpy(&part, from, sizeof part);
        part ^= half;
        std::memcpy(to, &part, sizeof part);
        from += sizeof part;
        to += sizeof part;
        size -= sizeof part;
    }
    for (std::size_t i = 0; i < size; ++i) to[i] = from[i] ^ key[i];
}

} // namespace weft
