// SPDX-License-Identifier: MIT
// The portable masking kernel: masks by words, unrolled so that the compiler vectorizes it. A
// kernel for one instruction set goes into a file beside this one, with the same signature.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace weft {

/// Masks `size` bytes; `key[0]` belongs to `from[0]`.
///
/// `from` and `to` are equal or do not overlap.
inline void mask_portable(const std::byte* from, std::byte* to, std::size_t size,
                          const std::array<std::byte, 4>& key) noexcept {
    std::uint32_t half;
    std::memcpy(&half, key.data(), sizeof half);
    // The same four bytes twice, so that the byte order of a word does not matter.
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
