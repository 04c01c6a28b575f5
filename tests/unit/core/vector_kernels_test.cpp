// SPDX-License-Identifier: MIT
// Every kernel that this processor can run, against slow code: at each alignment and size, ending
// against an inaccessible page, and with a fault at each place.
#include "core/vector/kernels.hpp"

#include "guard_page.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <thread>

#include <weft/core/masking.hpp>
#include <weft/core/utf8.hpp>

namespace weft {
namespace {

using octets = std::vector<std::byte>;

// Decodes one character as a textbook does. Returns its size, 0 if it is not valid.
std::size_t size_of_character(std::span<const std::byte> text) {
    const auto lead = std::to_integer<unsigned>(text[0]);
    const std::size_t size = lead < 0x80 ? 1
        : lead < 0xC0                    ? 0
        : lead < 0xE0                    ? 2
        : lead < 0xF0                    ? 3
        : lead < 0xF8                    ? 4
                                         : 0;
    if (size == 0 || text.size() < size) return 0;
    char32_t point = size == 1 ? lead : lead & (0x7FU >> size);
    for (const auto byte : text.subspan(1, size - 1)) {
        const auto next = std::to_integer<unsigned>(byte);
        if ((next & 0xC0) != 0x80) return 0;
        point = point << 6 | (next & 63U);
    }
    constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    return point < least[size] || point > 0x10FFFF || surrogate ? 0 : size;
}

bool is_utf8_slowly(std::span<const std::byte> text) {
    while (!text.empty()) {
        const auto size = size_of_character(text);
        if (size == 0) return false;
        text = text.subspan(size);
    }
    return true;
}

class vector_kernels_of : public ::testing::TestWithParam<const vector_kernels*> {
protected:
    [[nodiscard]] static bool is_utf8(std::span<const std::byte> text) {
        return GetParam()->is_utf8(text.data(), text.size());
    }

    // Compares with the slow code, after moving the text by some bytes behind ASCII.
    static void compare(std::string_view text) {
        const std::string moved = std::string(100, 'x') + std::string(text) + std::string(40, 'y');
        const auto bytes = testing::bytes_of(moved);
        const bool valid = is_utf8_slowly(testing::bytes_of(text));
        for (std::size_t before = 27; before <= 68; ++before) {
            ASSERT_EQ(is_utf8(bytes.subspan(100 - before, before + text.size() + 40)), valid)
                << before;
            ASSERT_EQ(is_utf8(bytes.subspan(100 - before, before + text.size())), valid) << before;
        }
    }
};

INSTANTIATE_TEST_SUITE_P(best, vector_kernels_of, ::testing::ValuesIn([] {
                             std::vector<const vector_kernels*> all;
                             for (auto* one = &find_kernels(); one; one = one->slower) {
                                 all.push_back(one);
                             }
                             return all;
                         }()),
                         [](const auto& which) { return std::string(which.param->name); });

TEST_P(vector_kernels_of, mask_at_every_alignment_and_size) {
    constexpr std::size_t room = 2048;
    testing::guard_page source{room};
    testing::guard_page target{room};
    octets plain(room);
    for (std::size_t i = 0; i < room; ++i) plain[i] = static_cast<std::byte>(i * 7 + i / 256);
    const masking_key key{std::byte{0x37}, std::byte{0xFA}, std::byte{0x21}, std::byte{0x3D}};
    std::uint32_t word;
    std::memcpy(&word, key.data(), sizeof word);
    std::vector<std::size_t> sizes{511, 512, 513, 600, 777, 1024, 1500, 1900};
    for (std::size_t size = 0; size <= 300; ++size) sizes.push_back(size);
    for (const auto size : sizes) {
        octets masked(plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(size));
        for (std::size_t i = 0; i < size; ++i) masked[i] ^= key[i % 4];
        for (std::size_t after = 0; after < 64; ++after) {
            const auto from = source.last(size + after);
            const auto to = target.last(size + after);
            std::memcpy(from.data(), plain.data(), size);
            std::memset(to.data(), 0x55, to.size());
            GetParam()->mask(from.data(), to.data(), size, word);
            ASSERT_EQ(std::memcmp(to.data(), masked.data(), size), 0) << size << '+' << after;
            for (const auto beyond : to.subspan(size)) ASSERT_EQ(beyond, std::byte{0x55});
            GetParam()->mask(to.data(), to.data(), size, word);
            ASSERT_EQ(std::memcmp(to.data(), plain.data(), size), 0) << size << '+' << after;
        }
    }
}

TEST_P(vector_kernels_of, utf8_of_every_sequence_of_two_bytes) {
    std::string text(2, '\0');
    for (unsigned value = 0; value < 0x10000; ++value) {
        text[0] = static_cast<char>(value >> 8);
        text[1] = static_cast<char>(value & 0xFF);
        const auto padded = "0123456789012345678901234567890123456789012345678901234567890" + text;
        const auto bytes = testing::bytes_of(padded);
        const bool valid = is_utf8_slowly(testing::bytes_of(text));
        ASSERT_EQ(is_utf8(bytes), valid) << std::hex << value;
        ASSERT_EQ(is_utf8(bytes.last(33)), valid) << std::hex << value;
        ASSERT_EQ(is_utf8(bytes.last(17)), valid) << std::hex << value;
    }
}

TEST_P(vector_kernels_of, utf8_of_sequences_at_the_edges_of_each_class) {
    constexpr unsigned char edges[] = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0,
                                       0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF,
                                       0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF8, 0xFF};
    std::string padded(96, 'a');
    const auto bytes = testing::bytes_of(padded);
    for (const auto first : edges) {
        for (const auto second : edges) {
            for (const auto third : edges) {
                for (const auto fourth : edges) {
                    const char text[] = {static_cast<char>(first), static_cast<char>(second),
                                         static_cast<char>(third), static_cast<char>(fourth)};
                    padded.replace(62, 4, text, 4); // across blocks and vectors
                    ASSERT_EQ(is_utf8(bytes), is_utf8_slowly(bytes.subspan(62, 4)))
                        << std::hex << +first << ' ' << +second << ' ' << +third << ' ' << +fourth;
                }
            }
        }
    }
}

TEST_P(vector_kernels_of, utf8_at_every_place_of_a_block) {
    for (const auto* text : {"",
                             "\xC2\x80",
                             "\xE0\xA0\x80",
                             "\xED\x9F\xBF",
                             "\xEE\x80\x80",
                             "\xF0\x90\x80\x80",
                             "\xF4\x8F\xBF\xBF",
                             "\x80",
                             "\xBF\xBF",
                             "\xC0\x80",
                             "\xC1\xBF",
                             "\xC3",
                             "\xE2\x82",
                             "\xE0\x9F\xBF",
                             "\xED\xA0\x80",
                             "\xF0\x8F\xBF\xBF",
                             "\xF0\x9F\x98",
                             "\xF0\x9F",
                             "\xF0",
                             "\xF4\x90\x80\x80",
                             "\xF5\x80\x80\x80",
                             "\xF8\x88\x80\x80\x80",
                             "\xFF",
                             "\xE2\x82\xAC\x80",
                             "\xC3\xA4\x80",
                             "\xF0\x9F\x98\x80\x80",
                             "\xE2\xC3\xA4"}) {
        compare(text);
    }
}

TEST_P(vector_kernels_of, utf8_of_long_texts_with_a_fault_at_every_place) {
    std::string text;
    while (text.size() < 400) text += "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80";
    text.resize(400);
    testing::guard_page memory{std::size_t{512}};
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (const char fault : {'\xFF', '\x80', 'a', '\xE2', '\xC3'}) {
            auto broken = text;
            broken[at] = fault;
            const auto there = memory.place(testing::bytes_of(broken));
            ASSERT_EQ(is_utf8(there), is_utf8_slowly(there)) << at;
        }
    }
}

TEST_P(vector_kernels_of, utf8_at_every_alignment_and_size) {
    std::string text;
    while (text.size() < 400) text += "ab\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80z";
    testing::guard_page memory{std::size_t{512}};
    for (std::size_t size = 0; size <= 300; ++size) {
        for (std::size_t begin = 0; begin < 32; ++begin) {
            const auto there = memory.place(testing::bytes_of(text).subspan(begin, size));
            ASSERT_EQ(is_utf8(there), is_utf8_slowly(there)) << size << " from " << begin;
        }
    }
}

TEST(best_kernels_threads, may_choose_at_the_same_time) {
    octets data(1000, std::byte{'a'});
    const auto use = [&data] {
        octets own = data;
        mask(own, masking_key{std::byte{1}});
        EXPECT_TRUE(is_utf8(data));
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(use);
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(best_kernels.load(), &find_kernels());
}

} // namespace
} // namespace weft
