// SPDX-License-Identifier: MIT
// UTF-8 validation against the definition: every code point, every short sequence of bytes, every
// way to cut a text, and the earliest byte at which a wrong one is noticed.
#include <weft/core/utf8.hpp>

#include "guard_page.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace weft {
namespace {

using namespace std::string_literals;
using testing::bytes_of;

static_assert(sizeof(utf8_validator) <= 4);

std::string encode(char32_t point) {
    const auto byte = [](char32_t value) { return static_cast<char>(value); };
    if (point < 0x80) return {byte(point)};
    if (point < 0x800) return {byte(0xC0 | point >> 6), byte(0x80 | (point & 63))};
    if (point < 0x10000) {
        return {byte(0xE0 | point >> 12), byte(0x80 | (point >> 6 & 63)),
                byte(0x80 | (point & 63))};
    }
    return {byte(0xF0 | point >> 18), byte(0x80 | (point >> 12 & 63)),
            byte(0x80 | (point >> 6 & 63)), byte(0x80 | (point & 63))};
}

// Decodes as a textbook does: slow, and with no table.
bool is_utf8_slowly(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
        const auto lead = byte(i);
        const std::size_t size = lead < 0x80 ? 1 : lead < 0xC0 ? 0 : lead < 0xE0 ? 2
                                 : lead < 0xF0 ? 3 : lead < 0xF8 ? 4 : 0;
        if (size == 0 || text.size() - i < size) return false;
        char32_t point = size == 1 ? lead : lead & (0x7FU >> size);
        for (std::size_t j = 1; j < size; ++j) {
            if ((byte(i + j) & 0xC0) != 0x80) return false;
            point = point << 6 | (byte(i + j) & 63U);
        }
        constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
        if (point < least[size] || point > 0x10FFFF) return false;
        if (point >= 0xD800 && point <= 0xDFFF) return false;
        i += size;
    }
    return true;
}

// The index of the first byte that is refused, when fed byte by byte.
std::optional<std::size_t> refused_at(std::string_view text) {
    utf8_validator validator;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!validator.feed(bytes_of(text.substr(i, 1)))) return i;
    }
    return std::nullopt;
}

TEST(utf8, accepts_every_code_point_but_surrogates) {
    for (char32_t point = 0; point <= 0x10FFFF; ++point) {
        const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
        ASSERT_EQ(is_utf8(bytes_of(encode(point))), !surrogate) << std::hex << +point;
    }
    EXPECT_FALSE(is_utf8(bytes_of(encode(0x110000))));
}

TEST(utf8, agrees_with_the_definition_on_every_sequence_of_three_bytes) {
    std::string text(3, '\0');
    for (unsigned value = 0; value < 0x1000000; ++value) {
        text[0] = static_cast<char>(value >> 16);
        text[1] = static_cast<char>(value >> 8 & 0xFF);
        text[2] = static_cast<char>(value & 0xFF);
        if (static_cast<unsigned char>(text[2]) % 16 > 1) continue; // the edges of each class
        ASSERT_EQ(is_utf8(bytes_of(text)), is_utf8_slowly(text)) << std::hex << value;
    }
}

TEST(utf8, agrees_with_the_definition_on_sequences_of_four_bytes) {
    std::string text(4, '\0');
    for (unsigned lead = 0xEF; lead <= 0xFF; ++lead) {
        for (unsigned second = 0; second <= 0xFF; ++second) {
            for (const unsigned third : {0x7FU, 0x80U, 0xBFU, 0xC0U}) {
                for (const unsigned fourth : {0x00U, 0x7FU, 0x80U, 0xBFU, 0xC0U, 0xFFU}) {
                    text = {static_cast<char>(lead), static_cast<char>(second),
                            static_cast<char>(third), static_cast<char>(fourth)};
                    ASSERT_EQ(is_utf8(bytes_of(text)), is_utf8_slowly(text));
                }
            }
        }
    }
}

TEST(utf8, refuses_at_the_earliest_byte_that_decides) {
    EXPECT_EQ(refused_at("\x80"s), 0U);
    EXPECT_EQ(refused_at("\xC0\x80"s), 0U); // overlong
    EXPECT_EQ(refused_at("\xC1\xBF"s), 0U);
    EXPECT_EQ(refused_at("\xE0\x80\x80"s), 1U);
    EXPECT_EQ(refused_at("\xE0\x9F\xBF"s), 1U);
    EXPECT_EQ(refused_at("\xF0\x80\x80\x80"s), 1U);
    EXPECT_EQ(refused_at("\xF0\x8F\xBF\xBF"s), 1U);
    EXPECT_EQ(refused_at("\xED\xA0\x80"s), 1U); // a surrogate
    EXPECT_EQ(refused_at("\xED\xBF\xBF"s), 1U);
    EXPECT_EQ(refused_at("\xF4\x90\x80\x80"s), 1U); // above U+10FFFF
    EXPECT_EQ(refused_at("\xF5"s), 0U);
    EXPECT_EQ(refused_at("\xFE"s), 0U);
    EXPECT_EQ(refused_at("\xFF"s), 0U);
    EXPECT_EQ(refused_at("\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5\xED\xA0\x80"s), 12U);
    EXPECT_EQ(refused_at("\xE2\x82x"s), 2U);
    EXPECT_EQ(refused_at("ab\xC2z"s), 3U);
    EXPECT_EQ(refused_at("\xF4\x8F\xBF\xBF"s), std::nullopt);
}

TEST(utf8, stays_wrong_until_reset) {
    utf8_validator validator;
    EXPECT_FALSE(validator.feed(bytes_of("\xFF")));
    EXPECT_FALSE(validator.feed(bytes_of("fine")));
    EXPECT_FALSE(validator.feed({}));
    EXPECT_FALSE(validator.complete());
    validator.reset();
    EXPECT_TRUE(validator.feed(bytes_of("fine")));
    EXPECT_TRUE(validator.complete());
}

TEST(utf8, unfinished_text_is_valid_so_far_but_not_complete) {
    for (const auto* text : {"\xC3", "\xE2", "\xE2\x82", "\xF0", "\xF0\x9F", "\xF0\x9F\x98"}) {
        utf8_validator validator;
        EXPECT_TRUE(validator.feed(bytes_of(text)));
        EXPECT_FALSE(validator.complete());
        EXPECT_FALSE(is_utf8(bytes_of(text)));
    }
    EXPECT_TRUE(is_utf8({}));
}

TEST(utf8, however_the_text_is_cut) {
    const auto text = "Hello-\xC2\xB5@\xC3\x9F\xC3\xB6\xC3\xA4\xC3\xBC\xC3\xA0\xC3\xA1-UTF-8!! "
                      "\xF0\x9F\x98\x80 and a long run of ASCII, longer than one block is, "
                      "\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC"s;
    for (const auto& sizes : testing::splittings(text.size())) {
        utf8_validator validator;
        testing::feed_pieces(bytes_of(text), sizes, [&](std::span<std::byte> piece) {
            ASSERT_TRUE(validator.feed(piece));
        });
        EXPECT_TRUE(validator.complete());
    }
}

TEST(utf8, a_wrong_byte_anywhere_is_found_however_the_text_is_cut) {
    const std::string clean = std::string(45, 'a') + "\xE2\x82\xAC" + std::string(60, 'b');
    for (std::size_t at = 0; at < clean.size(); ++at) {
        auto text = clean;
        text[at] = '\xFF';
        for (const auto& sizes : testing::splittings(text.size(), static_cast<unsigned>(at))) {
            utf8_validator validator;
            std::size_t fed = 0;
            testing::feed_pieces(bytes_of(text), sizes, [&](std::span<std::byte> piece) {
                fed += piece.size();
                ASSERT_EQ(validator.feed(piece), fed <= at) << at;
            });
        }
    }
}

} // namespace
} // namespace weft
