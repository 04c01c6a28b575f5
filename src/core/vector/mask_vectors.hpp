// SPDX-License-Identifier: MIT
// Masking by vectors, for any instruction set: `Octets` is a vector of bytes. In an unnamed
// namespace for the reason in mask_words.hpp; uses no inline function of the standard library, for
// the same reason.
#pragma once

#include "core/vector/mask_words.hpp"

namespace weft {
namespace {

/// From this size on, the store addresses are aligned first. A store that crosses cache lines costs
/// as much as two.
constexpr std::size_t aligned_mask_min = 512;

/// Does what `mask_words` does.
template <class Octets>
void mask_vectors(const std::byte* from, std::byte* to, std::size_t size,
                  std::uint32_t key) noexcept {
    constexpr std::size_t step = Octets::size;
    if (size >= aligned_mask_min) {
        const std::size_t head = -reinterpret_cast<std::uintptr_t>(to) % step;
        mask_words(from, to, head, key);
        from += head;
        to += head;
        size -= head;
        key = rotated_key(key, head);
    }
    const Octets keys = Octets::repeat(key);
    constexpr std::size_t unrolled = 4;
    for (; size >= unrolled * step; size -= unrolled * step) {
        for (std::size_t i = 0; i < unrolled; ++i) {
            (Octets::load(from + i * step) ^ keys).store(to + i * step);
        }
        from += unrolled * step;
        to += unrolled * step;
    }
    for (; size >= step; size -= step) {
        (Octets::load(from) ^ keys).store(to);
        from += step;
        to += step;
    }
    mask_words(from, to, size, key);
}

} // namespace
} // namespace weft
