// SPDX-License-Identifier: MIT
// Masking: rotates the key by the offset and calls the kernel.
#include <weft/core/masking.hpp>

#include "core/vector/kernels.hpp"
#include "core/vector/mask_words.hpp"

namespace weft {

void mask(std::span<std::byte> data, masking_key key, std::size_t offset) noexcept {
    mask_copy(data, data.data(), key, offset);
}

void mask_copy(std::span<const std::byte> from, std::byte* to, masking_key key,
               std::size_t offset) noexcept {
    std::uint32_t word;
    std::memcpy(&word, key.data(), sizeof word);
    word = rotated_key(word, offset);
    if (from.size() < vectors_gain_from) return mask_words(from.data(), to, from.size(), word);
    kernels().mask(from.data(), to, from.size(), word);
}

} // namespace weft
