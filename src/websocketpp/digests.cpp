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
void add_block(std::array<std::uint32_t, 4>& state, unsigned char const* block) {
    static const auto constants = [] {
        std::array<std::uint32_t, 64> all{};
        for (unsigned i = 0; i < 64; ++i) {
            all[i] = static_cast<std::uint32_t>(std::floor(std::fabs(std::sin(i + 1.0)) * 0x1p32));
        }
        return all;
    }();
    static constexpr int shifts[4][4] = {
        {7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
    auto [a, b, c, d] = state;
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

std::string md5::md5_hash_string(std::string const& text) {
    std::string padded = text + '\x80';
    while (padded.size() % 64 != 56) padded += '\0';
    const std::uint64_t bits = std::uint64_t(text.size()) * 8;
    for (int byte = 0; byte < 8; ++byte) padded += static_cast<char>(bits >> (8 * byte) & 0xff);
    std::array<std::uint32_t, 4> state{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    for (size_t at = 0; at < padded.size(); at += 64) {
        add_block(state, reinterpret_cast<unsigned char const*>(padded.data()) + at);
    }
    std::string digest;
    for (const std::uint32_t word : state) {
        for (int byte = 0; byte < 4; ++byte) digest += static_cast<char>(word >> (8 * byte) & 0xff);
    }
    return digest;
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
