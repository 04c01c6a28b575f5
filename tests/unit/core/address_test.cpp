// SPDX-License-Identifier: MIT
// Addresses from text and back; the IP literals themselves by RFC 4291 and RFC 5952.
#include <weft/core/address.hpp>

#include <weft/core/error.hpp>

#include <gtest/gtest.h>

namespace weft {
namespace {

std::string round_trip(std::string_view host) {
    const auto parsed = address::parse(host, 7);
    return parsed ? parsed->host() : "refused";
}

TEST(address, none) {
    const address none;
    EXPECT_EQ(none.kind(), address::family::none);
    EXPECT_FALSE(none.is_ip());
    EXPECT_FALSE(none.is_local());
    EXPECT_EQ(none.port(), 0);
    EXPECT_EQ(none.str(), "-");
    EXPECT_EQ(none.host(), "-");
    EXPECT_EQ(none, address());
}

TEST(address, ipv4) {
    const auto made = address::ipv4({192, 0, 2, 1}, 9001);
    EXPECT_TRUE(made.is_ip());
    EXPECT_EQ(made.kind(), address::family::ipv4);
    EXPECT_EQ(made.str(), "192.0.2.1:9001");
    EXPECT_EQ(made.host(), "192.0.2.1");
    EXPECT_EQ(made, address::parse("192.0.2.1", 9001).value());
    EXPECT_NE(made, address::parse("192.0.2.1", 9002).value());
    for (const auto* text : {"0.0.0.0", "255.255.255.255", "1.20.255.4"}) {
        EXPECT_EQ(round_trip(text), text);
    }
}

TEST(address, ipv6) {
    const auto made = address::parse("::1", 80).value();
    EXPECT_EQ(made.kind(), address::family::ipv6);
    EXPECT_EQ(made.bytes()[15], 1);
    EXPECT_EQ(made.str(), "[::1]:80");
    EXPECT_EQ(made.host(), "::1");
    EXPECT_EQ(made, address::parse("[::1]", 80).value());
    EXPECT_EQ(made, address::parse("0:0:0:0:0:0:0.0.0.1", 80).value());
    const auto plain = address::parse("1:2:3:4:5:6:7:89ab", 0).value();
    EXPECT_EQ(plain.bytes()[1], 1);
    EXPECT_EQ(plain.bytes()[14], 0x89);
    EXPECT_EQ(plain.bytes()[15], 0xab);
}

TEST(address, ipv6_has_one_text) {
    EXPECT_EQ(round_trip("0:0:0:0:0:0:0:0"), "::");
    EXPECT_EQ(round_trip("2001:0DB8::00A"), "2001:db8::a");
    EXPECT_EQ(round_trip("2001:db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1"); // the first of equals
    EXPECT_EQ(round_trip("2001:0:0:1:0:0:0:1"), "2001:0:0:1::1");       // the longest
    EXPECT_EQ(round_trip("2001:db8::1:1:1:1:1"), "2001:db8:0:1:1:1:1:1"); // not a single one
    EXPECT_EQ(round_trip("1::"), "1::");
    EXPECT_EQ(round_trip("::2:3:4:5:6:7:8"), "0:2:3:4:5:6:7:8");
    EXPECT_EQ(round_trip("1:2:3:4:5:6:7::"), "1:2:3:4:5:6:7:0");
    EXPECT_EQ(round_trip("::ffff:192.0.2.1"), "::ffff:192.0.2.1");
    EXPECT_EQ(round_trip("::FFFF:c000:201"), "::ffff:192.0.2.1");
    EXPECT_EQ(round_trip("64:ff9b::192.0.2.33"), "64:ff9b::c000:221");
    EXPECT_EQ(round_trip("1:2:3:4:5:6:1.2.3.4"), "1:2:3:4:5:6:102:304");
}

TEST(address, ipv6_scope) {
    const auto made = address::parse("fe80::1%3", 80).value();
    EXPECT_EQ(made.scope(), 3U);
    EXPECT_EQ(made.str(), "[fe80::1%3]:80");
    EXPECT_EQ(made.host(), "fe80::1%3");
    EXPECT_EQ(made, address::parse("[fe80::1%3]", 80).value());
    EXPECT_NE(made, address::parse("fe80::1", 80).value());
    EXPECT_EQ(round_trip("fe80::1%4294967295"), "fe80::1%4294967295");
    EXPECT_EQ(round_trip("fe80::1%4294967296"), "refused");
    for (const auto* text : {"fe80::1%", "fe80::1%0", "fe80::1%eth0", "fe80::1%3x", "fe80::1%-3",
                             "fe80::1%3%3", "127.0.0.1%3", "fe80::1%+3", "fe80::1% 3"}) {
        EXPECT_EQ(round_trip(text), "refused") << text;
    }
}

TEST(address, the_same_ip_has_many_forms) {
    const auto same = [](std::string_view one, std::string_view other) {
        return address::parse(one, 1)->has_same_ip(*address::parse(other, 2));
    };
    EXPECT_TRUE(same("192.0.2.1", "192.0.2.1"));
    EXPECT_TRUE(same("192.0.2.1", "::ffff:192.0.2.1"));
    EXPECT_TRUE(same("::ffff:c000:201", "192.0.2.1"));
    EXPECT_TRUE(same("fe80::1%2", "fe80::1"));
    EXPECT_FALSE(same("192.0.2.1", "192.0.2.2"));
    EXPECT_FALSE(same("192.0.2.1", "::192.0.2.1"));
    EXPECT_FALSE(same("::", "0.0.0.0"));
    EXPECT_FALSE(address().has_same_ip(address()));
    EXPECT_FALSE(address::local("/x").has_same_ip(address::local("/x")));
    EXPECT_FALSE(address::parse("::", 0)->has_same_ip(address()));
}

TEST(address, refuses_what_is_no_literal) {
    for (const auto* text :
         {"", "localhost", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.0.0.1",
          "01.2.3.4", "1.2.3.04", "00.0.0.0", "1.2.3.4 ", " 1.2.3.4", "+1.2.3.4", "-1.2.3.4",
          "0x1.2.3.4", "1.2.3.1000", "[1.2.3.4]", "[]", "[", "]", "[::1", "::1]", "[[::1]]", ":",
          ":::", "::1::", "1:2", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4::5:6:7:8",
          "::1:2:3:4:5:6:7:8", "1:", ":1", "1::2:", ":1::2", "12345::", "g::", "0x1::", "-1::",
          "::1.2.3", "::1.2.3.400", "1.2.3.4::", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "::1 ",
          "::1/64"}) {
        const auto parsed = address::parse(text, 1);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error(), errc::bad_argument) << text;
    }
    EXPECT_FALSE(address::parse(std::string_view("1.2.3.4\0", 8), 1));
    EXPECT_FALSE(address::parse(std::string_view("::1\0", 4), 1));
}

TEST(address, local) {
    const auto path = address::local("/run/x");
    EXPECT_TRUE(path.is_local());
    EXPECT_FALSE(path.is_ip());
    EXPECT_EQ(path.kind(), address::family::unix_path);
    EXPECT_EQ(path.path(), "/run/x");
    EXPECT_EQ(path.str(), "unix:/run/x");
    EXPECT_EQ(path.host(), "unix:/run/x");
    EXPECT_EQ(path.port(), 0);

    const auto abstract = address::local("@x");
    EXPECT_EQ(abstract.kind(), address::family::unix_abstract);
    EXPECT_EQ(abstract.path(), "x");
    EXPECT_EQ(abstract.str(), "unix:@x");
    EXPECT_NE(abstract, address::local("x"));
    EXPECT_EQ(address::local("").str(), "unix:");
}

} // namespace
} // namespace weft
