// SPDX-License-Identifier: MIT
// Which of many addresses counts, and that garbage counts as none.
#include <gtest/gtest.h>

#include <weft/core/error.hpp>

#include "connection/forwarded_for.hpp"

namespace weft::testing {
namespace {

std::string said_in(const http_fields& fields) {
    const std::vector trusted{*address_prefix::parse("10.0.0.0/8"), *address_prefix::parse("::1")};
    const auto who = forwarded_for(*http_request::make("GET", "/", fields),
                                   *address::parse("10.0.0.1", 4711), trusted);
    return who ? who->str() : who.error().message();
}

std::string said_by(const std::vector<std::string>& values) {
    http_fields fields;
    for (const auto& value : values) fields.push_back({"x-forwarded-for", value});
    return said_in(fields);
}

std::string forwarded(const std::string& value) {
    return said_in({{"forwarded", value}});
}

const std::string bad_header_text = make_error_code(errc::bad_forwarded_for).message();

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

// An interface is one of the proxy's machine: the address counts, without it.
TEST(forwarded_for, drops_the_interface_of_an_address) {
    EXPECT_EQ(said_by({"fe80::1%eth0"}), "[fe80::1]:0");
    EXPECT_EQ(said_by({"fe80::1%2"}), "[fe80::1]:0");
    EXPECT_EQ(said_by({"[fe80::1%eth0]"}), "[fe80::1]:0");
    EXPECT_EQ(said_by({"[fe80::1%25eth0.7]:80"}), "[fe80::1]:80");
    EXPECT_EQ(forwarded("for=\"[fe80::1%eth0]\""), "[fe80::1]:0");
    EXPECT_EQ(forwarded("for=\"[fe80::1%eth0]:80\""), "[fe80::1]:80");
    for (const char* value : {"fe80::1%", "[fe80::1%]", "192.0.2.1%eth0", "fe80%eth0", "%eth0",
                              "[fe80::1%eth0", "fe80:::1%eth0"}) {
        EXPECT_EQ(said_by({value}), bad_header_text) << value;
    }
}

TEST(forwarded_for, does_not_look_beyond_who_is_not_trusted) {
    EXPECT_EQ(said_by({"unknown, ' or 1=1, 192.0.2.1"}), "192.0.2.1:0");
}

TEST(forwarded_for, refuses_garbage_where_it_counts) {
    for (const char* value : {"unknow", "_", "_hid den", "_x/y", "192.0.2.1:x", "192.0.2.1:_",
                              "192.0.2.1:65536", "2001:db8::1:2:3:4:5:6:80", "\"192.0.2.1\"",
                              "192.0.2.256", "[::1", "unix", "for=192.0.2.1"}) {
        EXPECT_EQ(said_by({value}), make_error_code(errc::bad_forwarded_for).message()) << value;
    }
}

TEST(forwarded_for, knows_entries_that_hide_the_address) {
    for (const char* value : {"unknown", "Unknown", "_hidden", "_a.b-c_9", "unix:", "unix:/run/x",
                              "unknown:80", "_hidden:_port", "192.0.2.1, unknown",
                              "192.0.2.1, _hidden, 10.0.0.9"}) {
        EXPECT_EQ(said_by({value}), "-") << value;
    }
    EXPECT_EQ(said_by({"unknown, 192.0.2.1"}), "192.0.2.1:0");
    EXPECT_EQ(said_by({"192.0.2.1:_port"}), "192.0.2.1:0");
    EXPECT_EQ(said_by({""}), "10.0.0.1:4711");
    EXPECT_EQ(said_by({" , "}), "10.0.0.1:4711");
}

// The examples of RFC 7239 §4 to §7.4, and what stands between them.
TEST(forwarded_for, reads_forwarded) {
    EXPECT_EQ(forwarded("for=192.0.2.60;proto=http;by=203.0.113.43"), "192.0.2.60:0");
    EXPECT_EQ(forwarded("for=\"_gazonk\""), "-");
    EXPECT_EQ(forwarded("For=\"[2001:db8:cafe::17]:4711\""), "[2001:db8:cafe::17]:4711");
    EXPECT_EQ(forwarded("for=192.0.2.43, for=198.51.100.17"), "198.51.100.17:0");
    EXPECT_EQ(forwarded("for=192.0.2.43, for=10.9.8.7"), "192.0.2.43:0");
    EXPECT_EQ(forwarded("FOR=unknown"), "-");
    EXPECT_EQ(forwarded("proto=https ; fOr=\"192.0.2.1:80\" ;host=\"a;b,c\""), "192.0.2.1:80");
    EXPECT_EQ(forwarded("for=\"192.0.2.1:_x\""), "192.0.2.1:0");
    EXPECT_EQ(forwarded("for=192.0.2.1;, ,for=\"\\[::1]\""), "192.0.2.1:0");
    EXPECT_EQ(forwarded("by=203.0.113.43"), "-");
    EXPECT_EQ(forwarded(","), "10.0.0.1:4711");
    EXPECT_EQ(said_in({{"Forwarded", "for=192.0.2.1"}, {"Forwarded", "for=10.0.0.7"}}),
              "192.0.2.1:0");
    EXPECT_EQ(forwarded("nonsense, for=192.0.2.1"), "192.0.2.1:0");
    for (const char* value : {"192.0.2.1", "for", "for=", "for=\"192.0.2.1", "for=\"192.0.2.1\"x",
                              "for=192.0.2.1;for=192.0.2.1", "f@r=1", "=192.0.2.1",
                              "for=\"2001:db8::1:2:3:4:5:6:80\"", "for=\"\\", "for=me"}) {
        EXPECT_EQ(forwarded(value), bad_header_text) << value;
    }
}

// A proxy that writes one of the headers may pass the other on, as the client has sent it.
TEST(forwarded_for, believes_two_headers_only_when_they_agree) {
    const auto both = [](const std::string& x, const std::string& other) {
        return said_in({{"X-Forwarded-For", x}, {"Forwarded", other}});
    };
    EXPECT_EQ(both("192.0.2.1", "for=192.0.2.1"), "192.0.2.1:0");
    EXPECT_EQ(both("192.0.2.1", "for=\"192.0.2.1:80\""), "192.0.2.1:80");
    EXPECT_EQ(both("unknown", "for=_x"), "-");
    EXPECT_EQ(both("192.0.2.1", ""), "192.0.2.1:0");
    EXPECT_EQ(both("", "for=192.0.2.1"), "192.0.2.1:0");
    EXPECT_EQ(both("::ffff:192.0.2.1", "for=192.0.2.1"), "192.0.2.1:0");
    EXPECT_EQ(both("192.0.2.1", "for=\"[::ffff:c000:201]:80\""), "[::ffff:192.0.2.1]:80");
    EXPECT_EQ(both("2001:db8:0::1", "for=\"[2001:DB8::1]\""), "[2001:db8::1]:0");
    EXPECT_EQ(both("fe80::1%eth0", "for=\"[fe80::1%2]\""), "[fe80::1]:0");
    EXPECT_EQ(both("192.0.2.1", "for=192.0.2.2"), bad_header_text);
    EXPECT_EQ(both("192.0.2.1", "for=\"[::192.0.2.1]\""), bad_header_text);
    EXPECT_EQ(both("192.0.2.1", "for=unknown"), bad_header_text);
    EXPECT_EQ(both("unknown", "for=192.0.2.1"), bad_header_text);
    EXPECT_EQ(both("192.0.2.1", "nonsense"), bad_header_text);
}

// Such an entry says how the client has connected, but not from where.
TEST(forwarded_for, an_entry_without_for_contradicts_nothing) {
    const auto both = [](const std::string& x, const std::string& other) {
        return said_in({{"X-Forwarded-For", x}, {"Forwarded", other}});
    };
    EXPECT_EQ(both("192.0.2.1", "proto=https"), "192.0.2.1:0");
    EXPECT_EQ(both("192.0.2.1:80", "host=a;proto=https"), "192.0.2.1:80");
    EXPECT_EQ(both("192.0.2.1", "for=192.0.2.9, proto=https"), "192.0.2.1:0");
    EXPECT_EQ(both("192.0.2.1", "proto=https, for=10.0.0.7"), "192.0.2.1:0");
    EXPECT_EQ(both("unknown", "proto=https"), "-");
    EXPECT_EQ(forwarded("proto=https"), "-");
    EXPECT_EQ(both("192.0.2.1", "proto"), bad_header_text);
}

TEST(forwarded_for, is_linear_in_the_size_of_its_input) {
    std::string many;
    for (int i = 0; i < 20'000; ++i) many += "10.0.0.7, ,";
    EXPECT_EQ(said_by({"192.0.2.1," + many}), "192.0.2.1:0");
    for (int i = 0; i < 20'000; ++i) many += "for=10.0.0.7;x=\";,\",";
    EXPECT_EQ(forwarded("for=192.0.2.1," + many), bad_header_text);
    EXPECT_EQ(said_by({std::string(200'000, ':')}),
              make_error_code(errc::bad_forwarded_for).message());
}

} // namespace
} // namespace weft::testing
