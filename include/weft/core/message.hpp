// SPDX-License-Identifier: MIT
// A message as it is handed over: a view of bytes, and whether they are text.
#pragma once

#include <concepts>
#include <cstddef>
#include <iterator>
#include <span>
#include <string_view>
#include <type_traits>

#include <weft/core/language.hpp>

namespace weft {

/// Characters of UTF-8: literals, arrays that end with NUL, strings and views of `char`, and of
/// `char8_t`.
template <class Text>
concept text_like = std::convertible_to<const Text&, std::string_view> ||
                    std::convertible_to<const Text&, std::u8string_view>;

/// Bytes that lie in one piece: vectors, arrays and spans of `std::byte` or `unsigned char`
/// (`std::uint8_t`). Those of `char` may be meant as either: see `message::binary`.
template <class Bytes>
concept bytes_like = !text_like<Bytes> && requires(const Bytes& bytes) {
    { std::size(bytes) } -> std::convertible_to<std::size_t>;
    std::data(bytes);
    requires std::same_as<std::remove_cvref_t<decltype(*std::data(bytes))>, std::byte> ||
                 std::same_as<std::remove_cvref_t<decltype(*std::data(bytes))>, unsigned char>;
};

/// The bytes of anything that is like bytes.
template <bytes_like Bytes>
[[nodiscard]] std::span<const std::byte> view_bytes(const Bytes& bytes) noexcept {
    return std::as_bytes(std::span(std::data(bytes), std::size(bytes)));
}

/// A whole text or binary message; a view, so the bytes belong to somebody else.
///
/// In a `message` handler the bytes live until the handler returns. Converts from whatever is text
/// (`"hello"`, `std::string`, `std::u8string_view`) or bytes (`std::vector<std::byte>`,
/// `std::array<std::uint8_t, 4>`, a span of either), so that `connection.send("hello")` reads well.
/// A literal ends at its first NUL; one that contains NUL is sent as `"a\0b"sv`. Text must be UTF-8
/// (RFC 6455 §5.6); what was received has been checked, what is sent is the sender's duty.
class message {
public:
    template <text_like Text>
    message(const Text& text) noexcept : message(view_text(text), true) {}

    template <bytes_like Bytes>
    message(const Bytes& bytes) noexcept : message(view_bytes(bytes), false) {}

    message(std::span<const std::byte> bytes) noexcept : message(bytes, false) {}

    message(std::span<const std::byte> bytes, bool is_text) noexcept
        : bytes_(bytes), is_text_(is_text) {}

    /// The characters of `bytes` as a binary message.
    [[nodiscard]] static message binary(std::string_view bytes) noexcept {
        return {view_text(bytes), false};
    }

    [[nodiscard]] bool is_text() const noexcept { return is_text_; }
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }

    /// The bytes as characters, also of a binary message.
    [[nodiscard]] std::string_view text() const noexcept {
        return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
    }

private:
    template <class Text>
    static std::span<const std::byte> view_text(const Text& text) noexcept {
        if constexpr (std::convertible_to<const Text&, std::string_view>) {
            const std::string_view view = text;
            return std::as_bytes(std::span(view.data(), view.size()));
        } else {
            const std::u8string_view view = text;
            return std::as_bytes(std::span(view.data(), view.size()));
        }
    }

    std::span<const std::byte> bytes_;
    bool is_text_;
};

} // namespace weft
