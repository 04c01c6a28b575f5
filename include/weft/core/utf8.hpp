// SPDX-License-Identifier: MIT
// Streaming UTF-8 validation (RFC 3629), as text messages and close reasons need it. Knows
// nothing of messages or frames.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <weft/core/language.hpp>

namespace weft {

/// Checks text that arrives in pieces, which may split a character anywhere.
///
/// Overlong forms, surrogates and code points above U+10FFFF are refused at the earliest byte
/// that decides it.
class utf8_validator {
public:
    /// Checks the next piece; false from the first wrong byte on, until `reset`.
    [[nodiscard]] bool feed(std::span<const std::byte> piece) noexcept;

    /// True when all that was fed is valid and no character is unfinished.
    [[nodiscard]] bool complete() const noexcept { return state_ == 0; }

    /// Begins a new text.
    void reset() noexcept { state_ = 0; }

private:
    std::uint8_t state_ = 0;
};

/// True when `text` is valid UTF-8 as a whole.
[[nodiscard]] bool is_utf8(std::span<const std::byte> text) noexcept;

} // namespace weft
