// SPDX-License-Identifier: MIT
// UTF-8 validation without vectors: checks ASCII by words, and all other bytes by an automaton.
//
// A state is a shift count, and the table row of a byte contains the next state for each state at
// that shift. So a step is one load, which does not depend on the state, and one shift.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace weft::utf8_automaton {

// The bytes that must follow. `between` characters is zero; `wrong` leads only to itself.
enum state : unsigned {
    between = 0,
    one_more = 6,    // 80..BF
    two_more = 12,   // 80..BF, then one more
    three_more = 18, // 80..BF, then two more
    after_e0 = 24,   // A0..BF: less would be overlong
    after_ed = 30,   // 80..9F: more would be a surrogate
    after_f0 = 36,   // 90..BF: less would be overlong
    after_f4 = 42,   // 80..8F: more would exceed U+10FFFF
    wrong = 48,
};

constexpr unsigned after_lead(unsigned byte) {
    if (byte < 0x80) return between;
    if (byte >= 0xC2 && byte <= 0xDF) return one_more;
    if (byte == 0xE0) return after_e0;
    if (byte == 0xED) return after_ed;
    if (byte >= 0xE1 && byte <= 0xEF) return two_more;
    if (byte == 0xF0) return after_f0;
    if (byte >= 0xF1 && byte <= 0xF3) return three_more;
    if (byte == 0xF4) return after_f4;
    return wrong;
}

constexpr unsigned step(unsigned from, unsigned byte) {
    const auto within = [byte](unsigned low, unsigned high, unsigned next) -> unsigned {
        return byte >= low && byte <= high ? next : wrong;
    };
    switch (from) {
    case between: return after_lead(byte);
    case one_more: return within(0x80, 0xBF, between);
    case two_more: return within(0x80, 0xBF, one_more);
    case three_more: return within(0x80, 0xBF, two_more);
    case after_e0: return within(0xA0, 0xBF, one_more);
    case after_ed: return within(0x80, 0x9F, one_more);
    case after_f0: return within(0x90, 0xBF, two_more);
    case after_f4: return within(0x80, 0x8F, two_more);
    default: return wrong;
    }
}

constexpr auto make_rows() {
    std::array<std::uint64_t, 256> rows{};
    for (unsigned byte = 0; byte < rows.size(); ++byte) {
        for (unsigned from = between; from <= wrong; from += one_more) {
            rows[byte] |= std::uint64_t{step(from, byte)} << from;
        }
    }
    return rows;
}

inline constexpr auto rows = make_rows();

inline constexpr std::size_t block_size = 32;

inline bool is_ascii_block(const std::byte* at) noexcept {
    std::uint64_t words[block_size / sizeof(std::uint64_t)];
    std::memcpy(words, at, sizeof words);
    return ((words[0] | words[1] | words[2] | words[3]) & 0x8080808080808080U) == 0;
}

inline std::uint64_t run(std::uint64_t from, const std::byte* at, std::size_t size) noexcept {
    for (std::size_t i = 0; i < size; ++i) {
        from = rows[std::to_integer<std::size_t>(at[i])] >> (from & 63);
    }
    return from & 63;
}

/// Returns the state after `size` bytes that begin in state `now`.
inline std::uint64_t run_blocks(std::uint64_t now, const std::byte* at, std::size_t size) noexcept {
    for (; size >= block_size && now != wrong; at += block_size, size -= block_size) {
        if (now != between || !is_ascii_block(at)) now = run(now, at, block_size);
    }
    return now == wrong ? now : run(now, at, size);
}

} // namespace weft::utf8_automaton
