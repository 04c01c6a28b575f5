// SPDX-License-Identifier: MIT
// Frame headers: every first two bytes, every length, every cut.
#include <weft/core/frame.hpp>

#include <gtest/gtest.h>

#include <array>
#include <random>

#include <weft/core/error.hpp>

#include "guard_page.hpp"
#include "support/frame_builder.hpp"

namespace weft {
namespace {

using testing::byte_string;
using testing::fin;
using testing::frame_builder;

decoded_frame_header decode(const byte_string& bytes, role receiver) {
    testing::guard_page memory{bytes};
    return decode_frame_header(memory.last(bytes.size()), receiver);
}

/// The error that the bytes end with when they come one after the other; size 0 for none.
std::error_code error_of(const byte_string& bytes, role receiver) {
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
        const auto found =
            decode({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)}, receiver);
        if (found.error != errc{}) return found.error;
    }
    return {};
}

TEST(frame, survives_encoding_and_decoding_at_every_length_boundary) {
    std::mt19937_64 random{1};
    for (const std::uint64_t length :
         {0ULL, 1ULL, 125ULL, 126ULL, 127ULL, 65535ULL, 65536ULL, 65537ULL, 0xffffffffULL,
          0x100000000ULL, 0x7fffffffffffffffULL}) {
        for (const bool masked : {false, true}) {
            const std::uint8_t reserved = length % 3 == 0 ? compressed_bit : 0;
            frame_header header{opcode::binary, (length & 1) != 0, masked, reserved, {}, length};
            if (masked) header.key = {std::byte{1}, std::byte{2}, std::byte{0}, std::byte{255}};
            std::array<std::byte, frame_header_size_max> room{};
            const auto size = encode_frame_header(header, room.data());
            const byte_string bytes{room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size)};
            const auto found = decode(bytes, masked ? role::server : role::client);
            ASSERT_EQ(found.error, errc{});
            EXPECT_EQ(found.size, size);
            EXPECT_EQ(found.header.length, length);
            EXPECT_EQ(found.header.fin, header.fin);
            EXPECT_EQ(found.header.key, header.key);
            EXPECT_EQ(found.header.reserved, reserved);
            EXPECT_EQ(found.header.code, opcode::binary);
        }
    }
}

TEST(frame, needs_every_byte_of_a_header) {
    for (const unsigned form : {5U, 126U, 127U}) {
        for (const role receiver : {role::server, role::client}) {
            frame_builder peer{receiver == role::server ? role::client : role::server};
            const auto bytes = peer.header(fin | 0x2, form, form == 5 ? 5 : 70'000 >> (127 - form));
            for (std::size_t size = 0; size < bytes.size(); ++size) {
                const auto found = decode(
                    {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)}, receiver);
                EXPECT_EQ(found.size, 0U);
                EXPECT_EQ(found.error, errc{});
            }
            EXPECT_EQ(decode(bytes, receiver).size, bytes.size());
        }
    }
}

TEST(frame, judges_every_pair_of_first_bytes) {
    for (const role receiver : {role::server, role::client}) {
        for (unsigned pair = 0; pair < 0x10000; ++pair) {
            const unsigned first = pair >> 8, second = pair & 0xffU, code = first & 0xfU;
            errc expected{};
            if ((code > 2 && code < 8) || code > 10) {
                expected = errc::reserved_opcode;
            } else if (code >= 8 && (first & fin) == 0) {
                expected = errc::control_fragmented;
            } else if (((second & 0x80U) != 0) != (receiver == role::server)) {
                expected = errc::bad_mask;
            } else if (code >= 8 && (second & 0x7fU) > 125) {
                expected = errc::control_too_long; // libsoup CVE-2026-15711
            }
            const std::array bytes{static_cast<std::byte>(first), static_cast<std::byte>(second)};
            const auto found = decode_frame_header(bytes, receiver);
            ASSERT_EQ(found.error, expected) << pair;
            if (found.size != 0) {
                ASSERT_EQ(found.header.reserved, first & 0x70U) << pair;
            }
        }
    }
}

TEST(frame, judges_the_first_byte_before_the_second_comes) {
    for (const auto& [first, expected] : {std::pair{0x83U, errc::reserved_opcode},
                                          {0x09U, errc::control_fragmented}}) {
        EXPECT_EQ(decode({static_cast<std::byte>(first)}, role::server).error, expected);
    }
}

// gorilla CVE-2020-27813, Tomcat CVE-2020-13935, undici CVE-2026-1528
TEST(frame, refuses_lengths_that_could_overflow) {
    for (const role receiver : {role::server, role::client}) {
        frame_builder peer{receiver == role::server ? role::client : role::server};
        for (const std::uint64_t length : {1ULL << 63, ~0ULL, ~0ULL - 3, (1ULL << 63) + 1}) {
            EXPECT_EQ(error_of(peer.header(fin | 0x2, 127, length), receiver), errc::bad_length);
        }
        EXPECT_FALSE(error_of(peer.header(fin | 0x2, 127, (1ULL << 63) - 1), receiver));
    }
}

TEST(frame, refuses_lengths_that_are_not_minimal) {
    for (const role receiver : {role::server, role::client}) {
        frame_builder peer{receiver == role::server ? role::client : role::server};
        for (const auto& [form, length] : {std::pair{126U, 0U},
                                           {126U, 125U},
                                           {127U, 0U},
                                           {127U, 125U},
                                           {127U, 126U},
                                           {127U, 65535U}}) {
            EXPECT_EQ(error_of(peer.header(fin | 0x1, form, length), receiver), errc::bad_length);
        }
        EXPECT_FALSE(error_of(peer.header(fin | 0x1, 126, 126), receiver));
        EXPECT_FALSE(error_of(peer.header(fin | 0x1, 127, 65536), receiver));
    }
}

} // namespace
} // namespace weft
