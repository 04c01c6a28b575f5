// SPDX-License-Identifier: MIT
// A message to send, a received message, or a part of one: a view of its bytes, and whether they
// are text.
#pragma once

#include <concepts>
#include <cstddef>
#include <iterator>
#include <span>
#include <string_view>
#include <type_traits>

#include <weft/core/language.hpp>

namespace weft {

/// Types that are sent as text: literals, NUL-terminated arrays, strings and string views of `char`
/// or `char8_t`.
template <class Text>
concept text_like = std::convertible_to<const Text&, std::string_view> ||
                    std::convertible_to<const Text&, std::u8string_view>;

/// Types that are sent as binary: contiguous containers (vectors, arrays, spans) of `std::byte` or
/// `unsigned char` (`std::uint8_t`). Containers of `char` could be text or binary: for binary, see
/// `message::binary`.
template <class Bytes>
concept bytes_like = !text_like<Bytes> && requires(const Bytes& bytes) {
    { std::size(bytes) } -> std::convertible_to<std::size_t>;
    std::data(bytes);
    requires std::same_as<std::remove_cvref_t<decltype(*std::data(bytes))>, std::byte> ||
                 std::same_as<std::remove_cvref_t<decltype(*std::data(bytes))>, unsigned char>;
};

/// Returns a view of the bytes of a contiguous container.
template <bytes_like Bytes>
[[nodiscard]] std::span<const std::byte> view_bytes(const Bytes& bytes) noexcept {
    return std::as_bytes(std::span(std::data(bytes), std::size(bytes)));
}

/// A whole text or binary message, as a view: it does not own its bytes.
///
/// In a `message` handler the bytes are valid until the handler returns. Converts from text
/// (`"hello"`, `std::string`, `std::u8string_view`) and from bytes (`std::vector<std::byte>`,
/// `std::array<std::uint8_t, 4>`, a span of either), so that `connection.send("hello")` works.
/// A literal ends at its first NUL; send text that contains NUL as `"a\0b"sv`. Text must be UTF-8
/// (RFC 6455 §5.6): received text was checked, text to send is not.
class message {
public:
    template <text_like Text>
    message(const Text& text) noexcept : message(view_text(text), true) {}

    template <bytes_like Bytes>
    message(const Bytes& bytes) noexcept : message(view_bytes(bytes), false) {}

    message(std::span<const std::byte> bytes) noexcept : message(bytes, false) {}

    message(std::span<const std::byte> bytes, bool is_text) noexcept
        : bytes_(bytes), is_text_(is_text) {}

    /// Returns a binary message of the characters of `bytes`.
    [[nodiscard]] static message binary(std::string_view bytes) noexcept {
        return {view_text(bytes), false};
    }

    [[nodiscard]] bool is_text() const noexcept { return is_text_; }
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }

    /// Returns the bytes as characters, for text and binary messages.
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

/// A part of a received message, as a view: the bytes that have arrived since the part before.
///
/// Parts do not follow the peer's frames, and text may be cut inside a character. Only the last
/// part of a message can be empty. When it has arrived, the whole text was valid UTF-8. RFC 6455
/// §5.4, §8.1.
class message_part {
public:
    message_part(std::span<const std::byte> bytes, bool is_text, bool is_first,
                 bool is_last) noexcept
        : bytes_(bytes), is_text_(is_text), is_first_(is_first), is_last_(is_last) {}

    [[nodiscard]] bool is_text() const noexcept { return is_text_; }
    [[nodiscard]] bool is_first() const noexcept { return is_first_; }
    [[nodiscard]] bool is_last() const noexcept { return is_last_; }
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }

    /// Returns the bytes as characters, for text and binary messages.
    [[nodiscard]] std::string_view text() const noexcept {
        return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
    }

private:
    std::span<const std::byte> bytes_;
    bool is_text_;
    bool is_first_;
    bool is_last_;
};

} // namespace weft
