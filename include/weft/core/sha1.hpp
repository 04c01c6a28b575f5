// SPDX-License-Identifier: MIT
// SHA-1 (RFC 3174), which RFC 6455 §1.3 requires for the accept key. Security does not depend on
// it there. Do not use it where a hash must resist an attacker.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include <weft/core/language.hpp>

namespace weft {

/// Returns the SHA-1 digest of `bytes`.
[[nodiscard]] std::array<std::byte, 20> sha1(std::span<const std::byte> bytes) noexcept;

} // namespace weft
