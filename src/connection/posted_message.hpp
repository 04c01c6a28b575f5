// SPDX-License-Identifier: MIT
// A message on its way from a handle to its connection: it owns its bytes.
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
    std::size_t size; // as which it was counted

    [[nodiscard]] message whole() const noexcept {
        if (const auto* const text = std::get_if<std::string>(&content)) return *text;
        return *std::get_if<std::vector<std::byte>>(&content);
    }
};

} // namespace weft
