// SPDX-License-Identifier: MIT
// Which addresses a prefix holds, and what is none.
#include <gtest/gtest.h>

#include <weft/core/error.hpp>
#include <weft/stream/address_prefix.hpp>

namespace weft::testing {
namespace {

bool holds(const char* prefix, const char* where) {
    return address_prefix::parse(prefix)->contains(*address::parse(where, 7));
}

TEST(address_prefix, holds_what_begins_alike) {
    EXPECT_TRUE(holds("192.0.2.1", "192.0.2.1"));
    EXPECT_FALSE(holds("192.0.2.1", "192.0.2.2"));
    EXPECT_TRUE(holds("10.0.0.0/8", "10.255.0.1"));
    EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.1"));
    EXPECT_TRUE(holds("192.0.2.128/25", "192.0.2.200"));
    EXPECT_FALSE(holds("192.0.2.128/25", "192.0.2.127"));
    EXPECT_TRUE(holds("0.0.0.0/0", "203.0.113.9"));
    EXPECT_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
    EXPECT_TRUE(holds("2001:db8::/33", "2001:db8:7fff::1"));
    EXPECT_FALSE(holds("2001:db8::/33", "2001:db8:8000::1"));
    EXPECT_TRUE(holds("::/0", "::1"));
    EXPECT_TRUE(holds("[::1]", "::1"));
}

TEST(address_prefix, sees_through_mapped_addresses) {
    EXPECT_TRUE(holds("10.0.0.0/8", "::ffff:10.1.2.3"));
    EXPECT_TRUE(holds("::ffff:10.0.0.0/104", "10.1.2.3"));
    EXPECT_FALSE(holds("10.0.0.0/8", "::10.1.2.3"));
}

TEST(address_prefix, holds_all_unix_sockets_or_none) {
    const auto local = address_prefix::parse("unix:");
    ASSERT_TRUE(local);
    EXPECT_TRUE(local->contains(address::local("/run/x")));
    EXPECT_TRUE(local->contains(address::local("")));
    EXPECT_FALSE(local->contains(*address::parse("127.0.0.1", 0)));
    EXPECT_FALSE(local->contains(address()));
    EXPECT_FALSE(address_prefix::parse("::/0")->contains(address::local("/run/x")));
    EXPECT_FALSE(address_prefix::parse("::/0")->contains(address()));
}

TEST(address_prefix, is_refused_when_it_is_none) {
    for (const char* text : {"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "::/129",
                             "10.0.0.0/8x", "10.0.0/8", "name", "fe80::1%2", "unix:/run/x",
                             "10.0.0.0/8/8", "10.0.0.0/4294967304"}) {
        const auto parsed = address_prefix::parse(text);
        EXPECT_FALSE(parsed) << text;
        if (!parsed) {
            EXPECT_EQ(parsed.error(), errc::bad_argument);
        }
    }
}

} // namespace
} // namespace weft::testing
