// SPDX-License-Identifier: MIT
// A message that owns its bytes: it stays valid after the handler that received it returns.
#pragma once

#include <string>
#include <string_view>

#include <weft/core/message.hpp>

namespace weft {

/// A whole text or binary message that owns its bytes.
struct stored_message {
    std::string bytes = {};
    bool is_text = true;

    [[nodiscard]] std::string_view text() const noexcept { return bytes; }
    operator message() const noexcept { // so that it can be sent
        return {std::as_bytes(std::span(bytes.data(), bytes.size())), is_text};
    }
};

} // namespace weft
