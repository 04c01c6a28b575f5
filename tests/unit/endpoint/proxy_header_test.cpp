// SPDX-License-Identifier: MIT
// The PROXY protocol's header in both versions: whole, byte by byte, and wrong in every place.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "endpoint/proxy_header.hpp"

namespace weft::testing {
namespace {

using namespace std::string_literals;

struct header_end {
    proxy_header::state state = proxy_header::state::more;
    std::string source = "none";
    std::size_t used = 0;

    friend bool operator==(const header_end&, const header_end&) = default;
};

header_end read_in(const std::string& text, std::size_t piece) {
    proxy_header header;
    header_end end;
    auto bytes = std::as_bytes(std::span(text));
    while (!bytes.empty() && header.status() == proxy_header::state::more) {
        const auto next = bytes.first(std::min(piece, bytes.size()));
        const auto used = header.feed(next);
        end.used += used;
        bytes = bytes.subspan(next.size());
    }
    end.state = header.status();
    if (header.source()) end.source = header.source()->str();
    return end;
}

header_end read(const std::string& text) {
    const auto whole = read_in(text, SIZE_MAX);
    auto by_byte = read_in(text, 1);
    if (by_byte.state == proxy_header::state::failed) by_byte.used = whole.used; // noticed earlier
    EXPECT_EQ(whole, by_byte) << text;
    return whole;
}

const std::string signature_2 = "\r\n\r\n\0\r\nQUIT\n"s;

std::string filler(std::size_t size) {
    return std::string(size, 'x');
}

std::string binary(char command, char kind, const std::string& content) {
    const auto size = content.size();
    return signature_2 + command + kind + static_cast<char>(size >> 8) +
        static_cast<char>(size & 0xff) + content;
}

TEST(proxy_header, version_1_names_the_source) {
    const std::string ipv4 = "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n";
    const auto end = read(ipv4 + "GET");
    EXPECT_EQ(end.state, proxy_header::state::done);
    EXPECT_EQ(end.source, "192.0.2.1:56324");
    EXPECT_EQ(end.used, ipv4.size());
    EXPECT_EQ(read("PROXY TCP6 2001:db8::1 ::1 1 65535\r\n").source, "[2001:db8::1]:1");
    for (const char* unknown : {"PROXY UNKNOWN\r\n", "PROXY UNKNOWN ffff::1 x 1 2\r\n"}) {
        EXPECT_EQ(read(unknown).state, proxy_header::state::done);
        EXPECT_EQ(read(unknown).source, "none");
    }
}

TEST(proxy_header, version_1_is_strict) {
    for (const std::string& text :
         {"GET / HTTP/1.1\r\n"s, "proxy TCP4"s, "PROXYTCP4"s, "PROXY TCP4\r\n"s, "PROXY \r\n"s,
          "PROXY TCP4 192.0.2.1 198.51.100.2 56324\r\n"s,
          "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\n"s,
          "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443 \r\n"s,
          "PROXY TCP4  192.0.2.1 198.51.100.2 56324 443\r\n"s,
          "PROXY TCP4 192.0.2.1 198.51.100.2 056324 443\r\n"s,
          "PROXY TCP4 192.0.2.1 198.51.100.2 65536 443\r\n"s,
          "PROXY TCP4 192.0.2.256 198.51.100.2 1 443\r\n"s,
          "PROXY TCP4 ::1 ::1 1 443\r\n"s, "PROXY TCP6 192.0.2.1 ::1 1 443\r\n"s,
          "PROXY TCP6 [::1] ::1 1 443\r\n"s, "PROXY UDP4 192.0.2.1 192.0.2.1 1 443\r\n"s,
          "PROXY UNKNOWN"s + filler(200), "\x16\x03\x01"s}) {
        EXPECT_EQ(read(text).state, proxy_header::state::failed) << text;
    }
    EXPECT_LE(read("PROXY UNKNOWN "s + filler(200)).used, 107);
}

TEST(proxy_header, version_2_names_the_source_and_skips_what_follows) {
    const auto ipv4 = binary('\x21', '\x11',
                             "\xc0\x00\x02\x01\xc6\x33\x64\x02\xdc\x04\x01\xbb"s +
                                 "\x04\x00\x01x"s);
    const auto end = read(ipv4 + "GET");
    EXPECT_EQ(end.state, proxy_header::state::done);
    EXPECT_EQ(end.source, "192.0.2.1:56324");
    EXPECT_EQ(end.used, ipv4.size());
    const auto ipv6 = std::string(15, '\0') + "\x01"s + std::string(16, '\0') + "\x00\x07\x00\x08"s;
    EXPECT_EQ(read(binary('\x21', '\x21', ipv6)).source, "[::1]:7");
}

TEST(proxy_header, version_2_may_leave_the_source_open) {
    for (const auto& text : {binary('\x20', '\x00', ""), binary('\x20', '\x11', filler(12)),
                             binary('\x21', '\x00', "abc"),
                             binary('\x21', '\x31', std::string(216, '\0'))}) {
        EXPECT_EQ(read(text).state, proxy_header::state::done);
        EXPECT_EQ(read(text).source, "none");
    }
}

TEST(proxy_header, version_2_is_strict) {
    for (const auto& text :
         {binary('\x11', '\x11', filler(12)), binary('\x22', '\x11', filler(12)),
          binary('\x21', '\x12', filler(12)), binary('\x21', '\x11', filler(11)),
          binary('\x21', '\x21', filler(35)), binary('\x21', '\x31', filler(215)),
          "\r\n\r\n\0\r\nQUIX"s, "\r\n\r\nGET"s}) {
        EXPECT_EQ(read(text).state, proxy_header::state::failed);
    }
    const auto endless = signature_2 + "\x21\x11\xff\xff"s;
    EXPECT_EQ(read(endless).state, proxy_header::state::failed) << "before it has come";
    EXPECT_EQ(read(binary('\x21', '\x00', filler(4080))).state,
              proxy_header::state::done);
    EXPECT_EQ(read(binary('\x21', '\x00', filler(4081))).state,
              proxy_header::state::failed);
}

TEST(proxy_header, is_given_up_at_its_first_wrong_byte) {
    const auto ends_after = [](const std::string& text) {
        proxy_header header;
        std::size_t fed = 0;
        for (; fed < text.size() && header.status() == proxy_header::state::more; ++fed)
            static_cast<void>(header.feed(std::as_bytes(std::span(text).subspan(fed, 1))));
        EXPECT_EQ(header.status(), proxy_header::state::failed) << text;
        return fed;
    };
    EXPECT_EQ(ends_after("GET / HTTP/1.1\r\n"), 1U);
    EXPECT_EQ(ends_after("PUT / HTTP/1.1\r\n"), 2U);
    EXPECT_EQ(ends_after("PROXY UNKNOWN" + filler(1 << 20)), 107U);
    for (std::size_t at = 0; at < signature_2.size(); ++at) {
        auto wrong = signature_2 + "\x21\x11\x00\x0c"s + filler(12);
        wrong[at] ^= 1;
        EXPECT_EQ(ends_after(wrong), at + 1);
    }
    EXPECT_EQ(ends_after(signature_2 + "\x21\x11\xff\xff"s + filler(70'000)), 16U);
}

TEST(proxy_header, a_second_one_belongs_to_what_follows) {
    const std::string line = "PROXY TCP4 192.0.2.1 198.51.100.2 1 2\r\n";
    const auto end = read(line + "PROXY TCP4 203.0.113.9 198.51.100.2 1 2\r\n");
    EXPECT_EQ(end.used, line.size());
    EXPECT_EQ(end.source, "192.0.2.1:1");
}

} // namespace
} // namespace weft::testing
