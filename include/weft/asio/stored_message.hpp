// SPDX-License-Identifier: MIT
// A message that owns its bytes, for those who are not called while they arrive.
#pragma once

#include <string>
#include <string_view>

#include <weft/core/message.hpp>

namespace weft {

/// A whole message, kept; text or bytes, as `is_text` says.
struct stored_message {
    std::string bytes = {};
    bool is_text = true;

    [[nodiscard]] std::string_view text() const noexcept { return bytes; }
    operator message() const noexcept { // so that it can be sent
        return {std::as_bytes(std::span(bytes.data(), bytes.size())), is_text};
    }
};

} // namespace weft
