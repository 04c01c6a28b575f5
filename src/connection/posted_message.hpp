// SPDX-License-Identifier: MIT
// A message that its connection sends later: posted by a handle, or behind a message that a source
// supplies. It owns its bytes, refers to a prepared message, or is a source.
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include <weft/connection/message_source.hpp>
#include <weft/core/message.hpp>
#include <weft/core/message_codec.hpp>
#include <weft/core/prepared_message.hpp>

namespace weft {

struct posted_message {
    using owned = std::variant<std::string, std::vector<std::byte>, prepared_message,
                               message_source>; // first: text

    owned content;
    std::size_t size; // the size that handles have counted for it
    compression choice = compression::automatic; // a prepared message has its own
    std::size_t held_size = 0; // the size that the connection has counted for it

    [[nodiscard]] const prepared_message* prepared() const noexcept {
        return std::get_if<prepared_message>(&content);
    }

    [[nodiscard]] message_source* source() noexcept {
        return std::get_if<message_source>(&content);
    }

    /// Returns the message, unless it is a source.
    [[nodiscard]] message whole() const noexcept {
        if (const auto* const text = std::get_if<std::string>(&content)) return *text;
        if (prepared()) return prepared()->whole();
        return *std::get_if<std::vector<std::byte>>(&content);
    }
};

} // namespace weft
