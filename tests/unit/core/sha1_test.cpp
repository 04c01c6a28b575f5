// SPDX-License-Identifier: MIT
// SHA-1: published digests, and the lengths around the ends of its blocks.
#include <weft/core/sha1.hpp>

#include "guard_page.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weft {
namespace {

std::string digest_of(std::string_view text) {
    testing::guard_page memory{testing::bytes_of(text)};
    std::string hex;
    for (const auto byte : sha1(memory.last(text.size()))) {
        constexpr std::string_view digits = "0123456789abcdef";
        hex += digits[std::to_integer<std::size_t>(byte) >> 4];
        hex += digits[std::to_integer<std::size_t>(byte) & 15];
    }
    return hex;
}

TEST(sha1, vectors_of_the_rfc) {
    EXPECT_EQ(digest_of(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    EXPECT_EQ(digest_of("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(digest_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    EXPECT_EQ(digest_of(std::string(1'000'000, 'a')), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

TEST(sha1, lengths_around_the_end_of_a_block) {
    EXPECT_EQ(digest_of(std::string(55, 'a')), "c1c8bbdc22796e28c0e15163d20899b65621d65a");
    EXPECT_EQ(digest_of(std::string(56, 'a')), "c2db330f6083854c99d4b5bfb6e8f29f201be699");
    EXPECT_EQ(digest_of(std::string(57, 'a')), "f08f24908d682555111be7ff6f004e78283d989a");
    EXPECT_EQ(digest_of(std::string(63, 'a')), "03f09f5b158a7a8cdad920bddc29b81c18a551f5");
    EXPECT_EQ(digest_of(std::string(64, 'a')), "0098ba824b5c16427bd7a1122a5a442a25ec644d");
    EXPECT_EQ(digest_of(std::string(65, 'a')), "11655326c708d70319be2610e8a57d9a5b959d3b");
    EXPECT_EQ(digest_of(std::string(119, 'a')), "ee971065aaa017e0632a8ca6c77bb3bf8b1dfc56");
    EXPECT_EQ(digest_of(std::string(120, 'a')), "f34c1488385346a55709ba056ddd08280dd4c6d6");
    EXPECT_EQ(digest_of(std::string(128, 'a')), "ad5b3fdbcb526778c2839d2f151ea753995e26a0");
}

} // namespace
} // namespace weft
