// SPDX-License-Identifier: MIT
// Masking of frame payloads (RFC 6455 §5.3). Works on memory alone; it neither makes keys nor
// knows what a frame is.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include <weft/core/language.hpp>

namespace weft {

/// The four bytes of a frame's masking key, in the order in which they stand on the wire.
using masking_key = std::array<std::byte, 4>;

/// Masks or unmasks `data` in place; doing it twice restores it.
///
/// `offset` is the position of `data[0]` inside its frame's payload, so that a payload can be
/// unmasked piece by piece. RFC 6455 §5.3.
void mask(std::span<std::byte> data, masking_key key, std::size_t offset = 0) noexcept;

/// Writes `from`, masked, to `to`, which has room for as many bytes.
///
/// The two may be the same memory but must not overlap otherwise.
void mask_copy(std::span<const std::byte> from, std::byte* to, masking_key key,
               std::size_t offset = 0) noexcept;

} // namespace weft
