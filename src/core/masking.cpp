// SPDX-License-Identifier: MIT
// Masking: rotates the key by the offset and calls the kernel.
#include <weft/core/masking.hpp>

#include <algorithm>

#include "core/mask_portable.hpp"

namespace weft {

void mask(std::span<std::byte> data, masking_key key, std::size_t offset) noexcept {
    mask_copy(data, data.data(), key, offset);
}

void mask_copy(std::span<const std::byte> from, std::byte* to, masking_key key,
               std::size_t offset) noexcept {
    if (offset % key.size() != 0) {
        std::rotate(key.begin(), key.begin() + static_cast<std::ptrdiff_t>(offset % key.size()),
                    key.end());
    }
    mask_portable(from.data(), to, from.size(), key);
}

} // namespace weft
