// SPDX-License-Identifier: MIT
// Base64: the vectors of RFC 4648 §10, and everything that is not canonical.
#include <weft/core/base64.hpp>

#include "guard_page.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace weft {
namespace {

using testing::bytes_of;

TEST(base64, vectors_of_the_rfc) {
    const std::pair<std::string_view, std::string_view> vectors[] = {
        {"", ""},         {"f", "Zg=="},         {"fo", "Zm8="},         {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"},
    };
    for (const auto& [plain, encoded] : vectors) {
        EXPECT_EQ(base64_encode(bytes_of(plain)), encoded);
        const auto decoded = base64_decode(encoded);
        ASSERT_TRUE(decoded);
        EXPECT_TRUE(std::ranges::equal(*decoded, bytes_of(plain)));
    }
}

TEST(base64, every_byte_makes_the_round_trip) {
    std::vector<std::byte> all;
    for (unsigned i = 0; i < 256; ++i) all.push_back(static_cast<std::byte>(i));
    for (std::size_t size = 0; size <= all.size(); ++size) {
        testing::guard_page memory{std::span{all}.first(size)};
        const auto text = base64_encode(memory.last(size));
        ASSERT_EQ(text.size(), (size + 2) / 3 * 4);
        const auto decoded = base64_decode(text);
        ASSERT_TRUE(decoded);
        ASSERT_TRUE(std::ranges::equal(*decoded, std::span{all}.first(size)));
    }
}

TEST(base64, refuses_what_is_not_canonical) {
    for (const std::string_view text :
         {"Zg", "Zg=", "Z===", "====", "=", "Zg==Zg==", "Zm9v=", "Zm=v", "Zm9v\n", "Zm 9", "Zm9-",
          "Zm9_", "Zh==", "Zm9=", "Zg==\n", "Z", "Zm9vY", "\xC3\xA4zz"}) {
        EXPECT_FALSE(base64_decode(text)) << text;
    }
    EXPECT_FALSE(base64_decode(std::string_view{"Zm\0v", 4}));
}

} // namespace
} // namespace weft
