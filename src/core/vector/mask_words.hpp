// SPDX-License-Identifier: MIT
// Masking by 64-bit words. All in an unnamed namespace: each file that includes this gets a copy of
// its own, compiled with that file's flags, so the linker cannot give one with vector instructions
// to a program on a processor that lacks them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace weft {
namespace {

/// Returns the key as it is `count` bytes further into the payload. The order of the bytes in
/// memory counts, not their value as a number.
inline std::uint32_t rotated_key(std::uint32_t key, std::size_t count) noexcept {
    unsigned char twice[2 * sizeof key];
    std::memcpy(twice, &key, sizeof key);
    std::memcpy(twice + sizeof key, &key, sizeof key);
    std::memcpy(&key, twice + count % sizeof key, sizeof key);
    return key;
}

template <class Word>
inline void mask_word(const std::byte* from, std::byte* to, Word key) noexcept {
    Word part;
    std::memcpy(&part, from, sizeof part);
    part = static_cast<Word>(part ^ key);
    std::memcpy(to, &part, sizeof part);
}

/// Masks `size` bytes; the first byte of `key` in memory belongs to `from[0]`.
///
/// `from` and `to` are equal or do not overlap.
inline void mask_words(const std::byte* from, std::byte* to, std::size_t size,
                       std::uint32_t key) noexcept {
    // The same four bytes twice, so that the byte order of a word does not matter.
    const std::uint64_t word = std::uint64_t{key} << 32 | key;

    constexpr std::size_t unrolled = 8;
    std::uint64_t run[unrolled];
    for (; size >= sizeof run; size -= sizeof run) {
        std::memcpy(run, from, sizeof run);
        for (auto& part : run) part ^= word;
        std::memcpy(to, run, sizeof run);
        from += sizeof run;
        to += sizeof run;
    }
    for (; size >= sizeof word; size -= sizeof word) {
        mask_word(from, to, word);
        from += sizeof word;
        to += sizeof word;
    }
    if (size >= sizeof key) {
        mask_word(from, to, key);
        from += sizeof key;
        to += sizeof key;
        size -= sizeof key;
    }
    unsigned char rest[sizeof key];
    std::memcpy(rest, &key, sizeof key);
    for (std::size_t i = 0; i < size; ++i) mask_word(from + i, to + i, rest[i]);
}

} // namespace
} // namespace weft
