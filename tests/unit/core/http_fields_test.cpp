// SPDX-License-Identifier: MIT
// HTTP fields: byte classes, lists and comparisons.
#include <weft/core/http_fields.hpp>

#include <gtest/gtest.h>

#include <string>

namespace weft {
namespace {

using namespace std::string_view_literals;

std::vector<std::string> items_of(std::string_view list) {
    std::vector<std::string> items;
    for_each_list_item(list, [&](std::string_view item) { items.emplace_back(item); });
    return items;
}

TEST(http_fields, bytes_of_tokens_and_values) {
    constexpr auto token_bytes = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"sv;
    for (unsigned i = 0; i < 256; ++i) {
        const char byte = static_cast<char>(i);
        EXPECT_EQ(is_token_byte(byte), token_bytes.find(byte) != token_bytes.npos) << i;
        EXPECT_EQ(is_field_byte(byte), i == '\t' || (i >= 0x20 && i != 0x7F)) << i;
    }
    EXPECT_FALSE(is_token(""));
    EXPECT_FALSE(is_token("a b"));
    EXPECT_TRUE(is_token("graphql-ws"));
    EXPECT_TRUE(is_field_value(""));
    EXPECT_FALSE(is_field_value("a\r\nb"));
    EXPECT_FALSE(is_field_value("a\0b"sv));
}

TEST(http_fields, comparison_ignores_the_case_of_ascii_alone) {
    EXPECT_TRUE(equal_ignoring_case("WebSocket", "websocket"));
    EXPECT_FALSE(equal_ignoring_case("websocket", "websockets"));
    EXPECT_FALSE(equal_ignoring_case("@", "`"));
    EXPECT_FALSE(equal_ignoring_case("[", "{"));
    EXPECT_FALSE(equal_ignoring_case("\xC3\x84", "\xC3\xA4"));
    EXPECT_EQ(to_lower("AbZ[1]"), "abz[1]");
}

TEST(http_fields, trim) {
    EXPECT_EQ(trim(" \t a b\t "), "a b");
    EXPECT_EQ(trim(" \t "), "");
    EXPECT_EQ(trim(""), "");
    EXPECT_EQ(trim("\va"), "\va");
}

// websockets CVE-2021-33880: the comparison looks at every byte; what can be tested is its answer.
TEST(http_fields, constant_time_comparison_is_a_comparison) {
    const std::string secret = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
    EXPECT_TRUE(equal_in_constant_time(secret, secret));
    EXPECT_TRUE(equal_in_constant_time("", ""));
    EXPECT_FALSE(equal_in_constant_time(secret, ""));
    EXPECT_FALSE(equal_in_constant_time(secret, secret.substr(1)));
    EXPECT_FALSE(equal_in_constant_time(secret, secret + '='));
    for (std::size_t i = 0; i < secret.size(); ++i) {
        auto other = secret;
        other[i] = static_cast<char>(other[i] ^ 0x80);
        EXPECT_FALSE(equal_in_constant_time(secret, other));
    }
}

TEST(http_fields, lists) {
    using strings = std::vector<std::string>;
    EXPECT_EQ(items_of("a, b ,c"), (strings{"a", "b", "c"}));
    EXPECT_EQ(items_of(",, a,\t,b,"), (strings{"a", "b"}));
    EXPECT_EQ(items_of(""), strings{});
    EXPECT_EQ(items_of("a;p=\"x, y\", b"), (strings{"a;p=\"x, y\"", "b"}));
    EXPECT_EQ(items_of(R"(a="\",", b)"), (strings{R"(a="\",")", "b"}));
    EXPECT_EQ(items_of("a=\"open, b"), (strings{"a=\"open, b"}));
    EXPECT_EQ(items_of("a=\"open\\"), (strings{"a=\"open\\"}));
    EXPECT_TRUE(list_contains("keep-alive, Upgrade", "upgrade"));
    EXPECT_FALSE(list_contains("keep-alive, Upgraded", "upgrade"));
    EXPECT_FALSE(list_contains("\"upgrade\"", "upgrade"));
}

} // namespace
} // namespace weft
