// SPDX-License-Identifier: MIT
// Masking of frame payloads (RFC 6455 §5.3). Works on plain memory: generates no keys and knows
// no frames.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include <weft/core/language.hpp>

namespace weft {

/// The four bytes of a frame's masking key, in wire order.
using masking_key = std::array<std::byte, 4>;

/// Masks or unmasks `data` in place. Masking twice restores the data.
///
/// `offset` is the position of `data[0]` inside its frame's payload, so that a payload can be
/// unmasked piece by piece. RFC 6455 §5.3.
void mask(std::span<std::byte> data, masking_key key, std::size_t offset = 0) noexcept;

/// Copies `from`, masked, to `to`, which must have room for `from.size()` bytes.
///
/// `to` may equal `from.data()`; otherwise the two must not overlap.
void mask_copy(std::span<const std::byte> from, std::byte* to, masking_key key,
               std::size_t offset = 0) noexcept;

} // namespace weft
