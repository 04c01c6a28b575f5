// SPDX-License-Identifier: MIT
// SHA-1 of one memory range, by the method of RFC 3174 §6.1.
#include <weft/core/sha1.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>

namespace weft {
namespace {

constexpr std::size_t input_block_size = 64;
constexpr std::size_t length_size = 8;

using digest_words = std::array<std::uint32_t, 5>;
using block = std::array<std::byte, input_block_size>;

struct round_rule {
    std::uint32_t mixed;
    std::uint32_t constant;
};

round_rule rule_of(std::size_t round, std::uint32_t b, std::uint32_t c, std::uint32_t d) noexcept {
    if (round < 20) return {(b & c) | (~b & d), 0x5A827999};
    if (round < 40) return {b ^ c ^ d, 0x6ED9EBA1};
    if (round < 60) return {(b & c) | (b & d) | (c & d), 0x8F1BBCDC};
    return {b ^ c ^ d, 0xCA62C1D6};
}

void digest_block(digest_words& digest,
                  std::span<const std::byte, input_block_size> bytes) noexcept {
    std::array<std::uint32_t, 80> words;
    for (std::size_t i = 0; i < 16; ++i) {
        words[i] = 0;
        for (std::size_t j = 0; j < 4; ++j) {
            words[i] = words[i] << 8 | std::to_integer<std::uint32_t>(bytes[4 * i + j]);
        }
    }
    for (std::size_t i = 16; i < words.size(); ++i) {
        words[i] = std::rotl(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
    }
    auto [a, b, c, d, e] = digest;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto [mixed, constant] = rule_of(i, b, c, d);
        const std::uint32_t next = std::rotl(a, 5) + mixed + e + words[i] + constant;
        e = d;
        d = c;
        c = std::rotl(b, 30);
        b = a;
        a = next;
    }
    const digest_words added{a, b, c, d, e};
    for (std::size_t i = 0; i < digest.size(); ++i) digest[i] += added[i];
}

// Digests the last bytes, a one bit, zeros, and the length in bits; that may need two blocks.
void digest_tail(digest_words& digest, std::span<const std::byte> rest,
                 std::uint64_t bits) noexcept {
    block last{};
    std::ranges::copy(rest, last.begin());
    last[rest.size()] = std::byte{0x80};
    if (rest.size() + 1 + length_size > input_block_size) {
        digest_block(digest, last);
        last = {};
    }
    for (std::size_t i = 0; i < length_size; ++i) {
        last[input_block_size - 1 - i] = static_cast<std::byte>(bits >> (8 * i) & 0xFF);
    }
    digest_block(digest, last);
}

} // namespace

std::array<std::byte, 20> sha1(std::span<const std::byte> bytes) noexcept {
    digest_words digest{0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    const std::uint64_t bits = std::uint64_t{bytes.size()} * 8;
    while (bytes.size() >= input_block_size) {
        digest_block(digest, bytes.first<input_block_size>());
        bytes = bytes.subspan(input_block_size);
    }
    digest_tail(digest, bytes, bits);

    std::array<std::byte, 20> result;
    for (std::size_t i = 0; i < result.size(); ++i) {
        result[i] = static_cast<std::byte>(digest[i / 4] >> (24 - 8 * (i % 4)) & 0xFF);
    }
    return result;
}

} // namespace weft
