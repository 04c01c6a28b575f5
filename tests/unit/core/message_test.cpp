// SPDX-License-Identifier: MIT
// What a message converts from, and whether that is text.
#include <weft/core/message.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace weft {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

std::string as_seen(message m) {
    return (m.is_text() ? "text " : "bytes ") + std::string(m.text());
}

TEST(message, converts_from_whatever_is_text) {
    EXPECT_EQ(as_seen("literal"), "text literal");
    EXPECT_EQ(as_seen(std::string("string")), "text string");
    EXPECT_EQ(as_seen("view"sv), "text view");
    const char* const pointer = "pointer";
    EXPECT_EQ(as_seen(pointer), "text pointer");
    char array[10] = "array";
    EXPECT_EQ(as_seen(array), "text array");
    EXPECT_EQ(as_seen(u8"gr\u00fcn"), "text gr\xc3\xbcn");
    EXPECT_EQ(as_seen(std::u8string(u8"eight")), "text eight");
    EXPECT_EQ(as_seen(std::u8string_view(u8"eight")), "text eight");
    EXPECT_EQ(as_seen("a\0b"sv), "text a\0b"s);
}

TEST(message, converts_from_whatever_is_bytes) {
    const std::byte b{'b'};
    std::vector<std::byte> vector{b, b};
    EXPECT_EQ(as_seen(vector), "bytes bb");
    EXPECT_EQ(as_seen(std::vector<std::byte>{b}), "bytes b");
    EXPECT_EQ(as_seen(std::array<std::byte, 3>{b, b, b}), "bytes bbb");
    EXPECT_EQ(as_seen(std::span(vector)), "bytes bb");
    EXPECT_EQ(as_seen(std::span<std::byte, 2>(vector)), "bytes bb");
    EXPECT_EQ(as_seen(std::span<const std::byte>(vector)), "bytes bb");
    const std::vector<std::uint8_t> letter{'o'};
    EXPECT_EQ(as_seen(letter), "bytes o");
    EXPECT_EQ(as_seen(std::span(letter)), "bytes o");
    EXPECT_EQ(as_seen(std::array<std::uint8_t, 1>{'o'}), "bytes o");
    const std::uint8_t plain[] = {'p', 0};
    EXPECT_EQ(as_seen(plain), "bytes p\0"s);
    EXPECT_EQ(as_seen(message::binary("text")), "bytes text");
}

template <class Content>
constexpr bool converts = std::is_convertible_v<Content, message>;

TEST(message, does_not_guess) {
    EXPECT_FALSE(converts<std::vector<char>>);
    EXPECT_FALSE(converts<std::span<char>>);
    EXPECT_FALSE(converts<std::vector<int>>);
    EXPECT_FALSE(converts<int>);
}

} // namespace
} // namespace weft
