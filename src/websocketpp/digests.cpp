// SPDX-License-Identifier: MIT
// Base64, SHA-1, MD5 and hexadecimal, for programs that use those of WebSocket++.
#include <websocketpp/base64/base64.hpp>
#include <websocketpp/common/md5.hpp>
#include <websocketpp/sha1/sha1.hpp>
#include <websocketpp/utilities.hpp>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <span>

#include <weft/core/base64.hpp>
#include <weft/core/http_fields.hpp>
#include <weft/core/sha1.hpp>

namespace websocketpp {
namespace {

std::string hex_of(unsigned char const* bytes, size_t size, char const* digits, bool spaced) {
    std::string text;
    for (size_t i = 0; i < size; ++i) {
        text += digits[bytes[i] >> 4];
        text += digits[bytes[i] & 15];
        if (spaced) text += ' ';
    }
    return text;
}

// One block of RFC 1321 §3.4. The constants are the integer parts of 2^32 * |sin(i)|.
void add_block(std::uint32_t (&state)[4], unsigned char const* block) {
    static const auto constants = [] {
        std::array<std::uint32_t, 64> all{};
        for (unsigned i = 0; i < 64; ++i) {
            all[i] = static_cast<std::uint32_t>(std::floor(std::fabs(std::sin(i + 1.0)) * 0x1p32));
        }
        return all;
    }();
    static constexpr int shifts[4][4] = {
        {7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
    auto [a, b, c, d] = std::to_array(state);
    for (unsigned i = 0; i < 64; ++i) {
        std::uint32_t mixed = 0;
        unsigned word = 0;
        switch (i / 16) {
        case 0: mixed = (b & c) | (~b & d), word = i; break;
        case 1: mixed = (d & b) | (~d & c), word = (5 * i + 1) % 16; break;
        case 2: mixed = b ^ c ^ d, word = (3 * i + 5) % 16; break;
        default: mixed = c ^ (b | ~d), word = 7 * i % 16; break;
        }
        std::uint32_t value = 0;
        for (unsigned byte = 4; byte-- > 0;) value = value << 8 | block[word * 4 + byte];
        const std::uint32_t sum = a + mixed + constants[i] + value;
        a = d;
        d = c;
        c = b;
        b += std::rotl(sum, shifts[i / 16][i % 4]);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
}

} // namespace

std::string base64_encode(unsigned char const* input, std::size_t size) {
    return weft::base64_encode(std::as_bytes(std::span(input, size)));
}

std::string base64_encode(std::string const& input) {
    return weft::base64_encode(std::as_bytes(std::span(input.data(), input.size())));
}

std::string base64_decode(std::string const& input) {
    static constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string decoded;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char each : input) {
        const auto value = alphabet.find(each);
        if (value == alphabet.npos) break;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        decoded += static_cast<char>(bits >> count & 0xff);
    }
    return decoded;
}

void sha1::calc(void const* source, std::size_t size, unsigned char* hash) {
    const auto digest = weft::sha1({static_cast<std::byte const*>(source), size});
    std::memcpy(hash, digest.data(), digest.size());
}

void md5::md5_init(md5_state_t* state) {
    *state = md5_state_t{{}, {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476}, {}};
}

void md5::md5_append(md5_state_t* state, md5_byte_t const* bytes, std::size_t size) {
    std::uint64_t bits = std::uint64_t(state->count[1]) << 32 | state->count[0];
    std::size_t filled = bits / 8 % sizeof state->buf;
    bits += std::uint64_t(size) * 8;
    state->count[0] = static_cast<md5_word_t>(bits);
    state->count[1] = static_cast<md5_word_t>(bits >> 32);
    for (std::size_t i = 0; i < size; ++i) {
        state->buf[filled++] = bytes[i];
        if (filled < sizeof state->buf) continue;
        add_block(state->abcd, state->buf);
        filled = 0;
    }
}

void md5::md5_finish(md5_state_t* state, md5_byte_t digest[16]) {
    md5_byte_t length[8];
    for (int i = 0; i < 8; ++i) {
        length[i] = static_cast<md5_byte_t>(state->count[i / 4] >> (8 * (i % 4)) & 0xff);
    }
    static constexpr md5_byte_t padding[64] = {0x80};
    const std::size_t filled = state->count[0] / 8 % 64;
    md5_append(state, padding, filled < 56 ? 56 - filled : 120 - filled);
    md5_append(state, length, sizeof length);
    for (int i = 0; i < 16; ++i) {
        digest[i] = static_cast<md5_byte_t>(state->abcd[i / 4] >> (8 * (i % 4)) & 0xff);
    }
}

std::string md5::md5_hash_string(std::string const& text) {
    md5_state_t state;
    md5_init(&state);
    md5_append(&state, reinterpret_cast<md5_byte_t const*>(text.data()), text.size());
    md5_byte_t digest[16];
    md5_finish(&state, digest);
    return std::string(reinterpret_cast<char const*>(digest), sizeof digest);
}

std::string md5::md5_hash_hex(std::string const& text) {
    const std::string digest = md5_hash_string(text);
    return hex_of(reinterpret_cast<unsigned char const*>(digest.data()), digest.size(),
                  "0123456789abcdef", false);
}

std::string utility::to_lower(std::string const& text) {
    return weft::to_lower(text);
}

std::string utility::string_replace_all(std::string subject, std::string const& search,
                                        std::string const& replace) {
    if (search.empty()) return subject;
    size_t at = 0;
    while ((at = subject.find(search, at)) != std::string::npos) {
        subject.replace(at, search.size(), replace);
        at += replace.size();
    }
    return subject;
}

std::string utility::to_hex(std::string const& bytes) {
    return to_hex(bytes.data(), bytes.size());
}

std::string utility::to_hex(uint8_t const* bytes, size_t size) {
    return hex_of(bytes, size, "0123456789ABCDEF", true);
}

std::string utility::to_hex(char const* bytes, size_t size) {
    return to_hex(reinterpret_cast<uint8_t const*>(bytes), size);
}

} // namespace websocketpp
