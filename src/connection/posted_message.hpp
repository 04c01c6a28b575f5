// SPDX-License-Identifier: MIT
// A message posted by a handle to its connection; it owns its bytes, or refers to a prepared
// message.
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include <weft/core/message.hpp>
#include <weft/core/message_codec.hpp>
#include <weft/core/prepared_message.hpp>

namespace weft {

struct posted_message {
    using owned =
        std::variant<std::string, std::vector<std::byte>, prepared_message>; // first: text

    owned content;
    std::size_t size; // the size that was counted for it
    compression choice = compression::automatic; // a prepared message has its own

    [[nodiscard]] const prepared_message* prepared() const noexcept {
        return std::get_if<prepared_message>(&content);
    }

    [[nodiscard]] message whole() const noexcept {
        if (const auto* const text = std::get_if<std::string>(&content)) return *text;
        if (prepared()) return prepared()->whole();
        return *std::get_if<std::vector<std::byte>>(&content);
    }
};

} // namespace weft
