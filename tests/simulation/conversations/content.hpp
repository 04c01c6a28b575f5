// SPDX-License-Identifier: MIT
// What messages are made of: stretches of two long texts that everybody knows, so that a model
// needs to keep no copies.
#pragma once

#include <cstddef>
#include <string_view>

#include <weft/core/message.hpp>

namespace weft::simulation {

/// A stretch of the known text, or of the known bytes.
struct stretch {
    bool is_text = false;
    std::size_t at = 0;
    std::size_t size = 0;

    [[nodiscard]] message view() const noexcept;
    [[nodiscard]] bool is(message other) const noexcept;

    /// So much from `from` on.
    [[nodiscard]] stretch part(std::size_t from, std::size_t length) const noexcept {
        return {is_text, at + from, length};
    }
};

/// Texts begin and end where characters do, at multiples of this.
inline constexpr std::size_t text_step = 4;

/// Neither text is longer.
inline constexpr std::size_t content_size = 256 * 1024;

} // namespace weft::simulation
