// SPDX-License-Identifier: MIT
// Masking against a reference of one line, at every small size, offset and alignment.
#include <weft/core/masking.hpp>

#include "guard_page.hpp"

#include <gtest/gtest.h>

#include <random>

namespace weft {
namespace {

using octets = std::vector<std::byte>;

octets masked_slowly(octets data, masking_key key, std::size_t offset) {
    for (std::size_t i = 0; i < data.size(); ++i) data[i] ^= key[(i + offset) % 4];
    return data;
}

octets random_bytes(std::size_t size, unsigned seed = 7) {
    std::mt19937 random{seed};
    octets data(size);
    for (auto& byte : data) byte = static_cast<std::byte>(random() & 0xFF);
    return data;
}

octets copy(std::span<const std::byte> from) { return {from.begin(), from.end()}; }

constexpr masking_key some_key{std::byte{0x37}, std::byte{0xFA}, std::byte{0x21}, std::byte{0x3D}};

TEST(masking, example_of_the_rfc) {
    // RFC 6455 §5.7: a single-frame masked text message that contains "Hello".
    const octets wire{std::byte{0x7F}, std::byte{0x9F}, std::byte{0x4D}, std::byte{0x51},
                     std::byte{0x58}};
    auto data = wire;
    mask(data, some_key);
    EXPECT_EQ(data, copy(testing::bytes_of("Hello")));
    mask(data, some_key);
    EXPECT_EQ(data, wire);
}

TEST(masking, agrees_with_the_reference_at_every_size_and_offset) {
    testing::guard_page memory{std::size_t{512}};
    for (std::size_t size = 0; size <= 300; ++size) {
        const auto plain = random_bytes(size, static_cast<unsigned>(size));
        for (std::size_t offset = 0; offset < 8; ++offset) {
            const auto there = memory.place(plain);
            mask(there, some_key, offset);
            ASSERT_EQ(copy(there), masked_slowly(plain, some_key, offset)) << size << '+' << offset;
        }
    }
}

TEST(masking, agrees_with_the_reference_at_every_alignment) {
    const auto plain = random_bytes(400);
    for (std::size_t begin = 0; begin < 64; ++begin) {
        auto data = plain;
        mask(std::span{data}.subspan(begin, 257), some_key, begin);
        auto expected = plain;
        for (std::size_t i = 0; i < 257; ++i) expected[begin + i] ^= some_key[(begin + i) % 4];
        ASSERT_EQ(data, expected) << begin;
    }
}

TEST(masking, offset_continues_a_payload_that_came_in_pieces) {
    const auto plain = random_bytes(1000);
    const auto whole = masked_slowly(plain, some_key, 0);
    for (const auto& sizes : testing::splittings(plain.size())) {
        octets joined;
        testing::feed_pieces(plain, sizes, [&](std::span<std::byte> piece) {
            mask(piece, some_key, joined.size());
            joined.insert(joined.end(), piece.begin(), piece.end());
        });
        ASSERT_EQ(joined, whole);
    }
}

TEST(masking, copy_leaves_the_source_and_may_work_in_place) {
    testing::guard_page memory{std::size_t{256}};
    testing::guard_page target{std::size_t{256}};
    for (std::size_t size = 0; size <= 200; ++size) {
        const auto plain = random_bytes(size);
        const auto from = memory.place(plain);
        const auto to = target.last(size);
        mask_copy(from, to.data(), some_key, size);
        ASSERT_EQ(copy(from), plain);
        ASSERT_EQ(copy(to), masked_slowly(plain, some_key, size));
        mask_copy(to, to.data(), some_key, size);
        ASSERT_EQ(copy(to), plain);
    }
}

} // namespace
} // namespace weft
