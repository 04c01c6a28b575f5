// SPDX-License-Identifier: MIT
// Streaming UTF-8 validation (RFC 3629), for text messages and close reasons. Knows nothing of
// messages or frames.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <weft/core/language.hpp>

namespace weft {

/// Validates text that arrives in pieces. A piece may end in the middle of a character.
///
/// Rejects overlong forms, surrogates and code points above U+10FFFF, at the first byte that makes
/// the text invalid.
class utf8_validator {
public:
    /// Validates the next piece. Returns false from the first invalid byte on, until `reset`.
    [[nodiscard]] bool feed(std::span<const std::byte> piece) noexcept;

    /// Returns true if the text so far is valid and does not end in the middle of a character.
    [[nodiscard]] bool complete() const noexcept { return state_ == 0; }

    /// Begins a new text.
    void reset() noexcept { state_ = 0; }

private:
    std::uint8_t state_ = 0;
};

/// Returns true if `text` as a whole is valid UTF-8.
[[nodiscard]] bool is_utf8(std::span<const std::byte> text) noexcept;

} // namespace weft
