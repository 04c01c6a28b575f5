// SPDX-License-Identifier: MIT
// A message as it is handed over: a view of bytes, and whether they are text.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

#include <weft/core/language.hpp>

namespace weft {

/// A whole text or binary message; a view, so the bytes belong to somebody else.
///
/// In a `message` handler the bytes live until the handler returns. Converts from anything that
/// is text (`"hello"`, `std::string`) or bytes (`std::span<const std::byte>`), so that
/// `connection.send("hello")` reads well. Text must be UTF-8 (RFC 6455 §5.6); what was received
/// has been checked, what is sent is the sender's duty.
class message {
public:
    template <class Text>
        requires std::convertible_to<const Text&, std::string_view>
    message(const Text& text) noexcept : message(as_bytes(text), true) {}

    message(std::span<const std::byte> bytes) noexcept : message(bytes, false) {}

    message(std::span<const std::byte> bytes, bool is_text) noexcept
        : bytes_(bytes), is_text_(is_text) {}

    /// The characters of `bytes` as a binary message.
    [[nodiscard]] static message binary(std::string_view bytes) noexcept {
        return {as_bytes(bytes), false};
    }

    [[nodiscard]] bool is_text() const noexcept { return is_text_; }
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }

    /// The bytes as characters, also of a binary message.
    [[nodiscard]] std::string_view text() const noexcept {
        return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
    }

private:
    static std::span<const std::byte> as_bytes(std::string_view text) noexcept {
        return std::as_bytes(std::span(text.data(), text.size()));
    }

    std::span<const std::byte> bytes_;
    bool is_text_;
};

} // namespace weft
