// SPDX-License-Identifier: MIT
// Masking: turns the key to the offset and hands the bytes to the kernel.
#include <weft/core/masking.hpp>

#include "core/mask_portable.hpp"

namespace weft {

void mask(std::span<std::byte> data, masking_key key, std::size_t offset) noexcept {
    mask_copy(data, data.data(), key, offset);
}

void mask_copy(std::span<const std::byte> from, std::byte* to, masking_key key,
               std::size_t offset) noexcept {
    const masking_key turned{key[offset % 4], key[(offset + 1) % 4], key[(offset + 2) % 4],
                             key[(offset + 3) % 4]};
    mask_portable(from.data(), to, from.size(), turned);
}

} // namespace weft
