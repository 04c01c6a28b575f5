// SPDX-License-Identifier: MIT
// A message posted by a handle to its connection; it owns its bytes.
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include <weft/core/message.hpp>

namespace weft {

struct posted_message {
    using owned = std::variant<std::string, std::vector<std::byte>>; // text, or binary

    owned content;
    std::size_t size; // the size that was counted for it

    [[nodiscard]] message whole() const noexcept {
        if (const auto* const text = std::get_if<std::string>(&content)) return *text;
        return *std::get_if<std::vector<std::byte>>(&content);
    }
};

} // namespace weft
