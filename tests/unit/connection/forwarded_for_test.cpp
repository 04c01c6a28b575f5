// SPDX-License-Identifier: MIT
// Which of many addresses counts, and that garbage counts as none.
#include <gtest/gtest.h>

#include <weft/core/error.hpp>

#include "connection/forwarded_for.hpp"

namespace weft::testing {
namespace {

std::string said_by(const std::vector<std::string>& values) {
    http_fields fields;
    for (const auto& value : values) fields.push_back({"x-forwarded-for", value});
    const std::vector trusted{*address_prefix::parse("10.0.0.0/8"), *address_prefix::parse("::1")};
    const auto who = forwarded_for(*http_request::make("GET", "/", fields),
                                   *address::parse("10.0.0.1", 4711), trusted);
    return who ? who->str() : who.error().message();
}

TEST(forwarded_for, is_the_last_one_that_is_not_trusted) {
    EXPECT_EQ(said_by({}), "10.0.0.1:4711");
    EXPECT_EQ(said_by({"192.0.2.1"}), "192.0.2.1:0");
    EXPECT_EQ(said_by({"203.0.113.9, 192.0.2.1, 10.2.3.4"}), "192.0.2.1:0");
    EXPECT_EQ(said_by({"203.0.113.9", "192.0.2.1,10.2.3.4", "::1"}), "192.0.2.1:0");
    EXPECT_EQ(said_by({"10.0.0.7, 10.0.0.8"}), "10.0.0.7:0");
    EXPECT_EQ(said_by({"192.0.2.1:80"}), "192.0.2.1:80");
    EXPECT_EQ(said_by({"[2001:db8::1]:80, [::1]"}), "[2001:db8::1]:80");
    EXPECT_EQ(said_by({"2001:db8::1"}), "[2001:db8::1]:0");
}

TEST(forwarded_for, does_not_look_beyond_who_is_not_trusted) {
    EXPECT_EQ(said_by({"unknown, ' or 1=1, 192.0.2.1"}), "192.0.2.1:0");
}

TEST(forwarded_for, refuses_garbage_where_it_counts) {
    for (const char* value : {"", ",", "unknown", "192.0.2.1, unknown", "192.0.2.1:x",
                              "192.0.2.1:65536", "2001:db8::1:2:3:4:5:6:80", "\"192.0.2.1\"",
                              "192.0.2.256", "[::1", "unix:"}) {
        EXPECT_EQ(said_by({value}), make_error_code(errc::bad_forwarded_for).message()) << value;
    }
}

TEST(forwarded_for, is_linear_in_what_it_is_told) {
    std::string many;
    for (int i = 0; i < 20'000; ++i) many += "10.0.0.7, ,";
    EXPECT_EQ(said_by({"192.0.2.1," + many}), "192.0.2.1:0");
    EXPECT_EQ(said_by({std::string(200'000, ':')}),
              make_error_code(errc::bad_forwarded_for).message());
}

} // namespace
} // namespace weft::testing
