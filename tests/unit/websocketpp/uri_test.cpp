// SPDX-License-Identifier: MIT
// Hosts of URIs, and the functions that check parts of URIs, which WebSocket++ has after version
// 0.8.2.
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include <websocketpp/client.hpp>
#include <websocketpp/config/core_client.hpp>
#include <websocketpp/uri.hpp>

namespace websocketpp {
namespace {

TEST(websocketpp_uri_hosts, may_be_ipv6_addresses) {
    for (char const* host : {"[::1]", "[::]", "[abcd::1234]", "[1:2:3:4:5:6:7::]",
                             "[1:2:3:4:5:6:255.255.255.255]", "[::ffff:1.2.3.4]",
                             "[fe80::1%25eth0]"}) {
        const uri parsed(std::string("ws://") + host);
        EXPECT_TRUE(parsed.get_valid()) << host;
        EXPECT_TRUE(parsed.is_ipv6_literal()) << host;
        EXPECT_EQ(parsed.get_authority(), std::string(host) + ":80");
        EXPECT_EQ(parsed.str(), std::string("ws://") + host + "/");
    }
    const uri from_parts(true, "::1", 9000, "/x");
    EXPECT_TRUE(from_parts.is_ipv6_literal());
    EXPECT_EQ(from_parts.str(), "wss://[::1]:9000/x");
    for (char const* host : {"[::1]", "::1"}) {
        const uri parts(false, host, 9002, "/");
        EXPECT_TRUE(parts.get_valid() && parts.is_ipv6_literal()) << host;
        EXPECT_EQ(parts.get_host(), "::1");
        EXPECT_EQ(parts.str(), "ws://[::1]:9002/");
    }
    EXPECT_EQ(uri(false, "[fe80::1%25eth0]", "/").get_host(), "fe80::1%eth0");
}

TEST(websocketpp_uri_hosts, may_be_addresses_of_a_future_format) {
    for (char const* host : {"[v1.a]", "[VF.a:b]"}) {
        const uri parsed("ws://" + std::string(host) + ":81/");
        EXPECT_TRUE(parsed.get_valid()) << host;
        EXPECT_FALSE(parsed.is_ipv6_literal()) << host;
        EXPECT_EQ(parsed.get_host(), host); // not the name without brackets
        EXPECT_EQ(parsed.get_authority(), std::string(host) + ":81");
        EXPECT_TRUE(uri(false, host, "/").get_valid()) << host;
    }
}

TEST(websocketpp_uri_hosts, are_checked) {
    for (char const* host :
         {"[::12345]", "[a::b::c]", "[:::1]", "[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]",
          "[::ffff:1.2.3.256]", "[::ffff:1.2.3.04]", "[g::1]", "[1.2.3.4]", "[]", "[fe80::1%]",
          "[fe80::1%e th]", "[v.a]", "[v1.]", "[vg.a]", "[v1.a", "[v1.a]x", "local[]host", "a b",
          "user@host", "a%2"}) {
        EXPECT_FALSE(uri(std::string("ws://") + host + "/").get_valid()) << host;
    }
    for (char const* host : {"1.2.3.4", "a_b", "xn--bcher-kva.example", "a%20b"}) {
        const uri parsed(std::string("ws://") + host);
        EXPECT_TRUE(parsed.get_valid()) << host;
        EXPECT_FALSE(parsed.is_ipv6_literal()) << host;
    }
    EXPECT_FALSE(uri(false, "a b", "/").get_valid());
    for (char const* host : {"::12345", "[::12345]", "[::1", "::1]", "[", "[]", "[h]", "[[::1]]"}) {
        EXPECT_FALSE(uri(false, host, 80, "/").get_valid()) << host;
    }
    EXPECT_TRUE(uri(std::string("wss"), "host", std::string("443"), "/").get_valid());
}

TEST(websocketpp_uri_hosts, have_interfaces_as_the_resolver_expects_them) {
    struct {
        char const* written;
        char const* host;
        char const* text;
    } const cases[] = {
        {"fe80::1%eth0", "fe80::1%eth0", "fe80::1%25eth0"},
        {"fe80::1%25eth0", "fe80::1%eth0", "fe80::1%25eth0"},
        {"fe80::1%25", "fe80::1%25", "fe80::1%2525"}, // a number
        {"fe80::1%2525", "fe80::1%25", "fe80::1%2525"},
    };
    for (auto const& each : cases) {
        const uri parsed("ws://[" + std::string(each.written) + "]/");
        EXPECT_TRUE(parsed.get_valid()) << each.written;
        EXPECT_TRUE(parsed.is_ipv6_literal()) << each.written;
        EXPECT_EQ(parsed.get_host(), each.host);
        EXPECT_EQ(parsed.get_host_port(), "[" + std::string(each.text) + "]");
        EXPECT_EQ(uri(parsed.str()).get_host(), each.host);
        EXPECT_EQ(uri(false, each.host, "/").str(), parsed.str());
    }
    EXPECT_FALSE(uri("ws://[fe80::1%25a%25b]/").get_valid());
}

/// The name of an interface is for the resolver, not for the server.
TEST(websocketpp_uri_hosts, may_name_an_interface) {
    for (char const* host : {"[fe80::1%eth0]", "[fe80::1%25eth0]", "[fe80::1%25]"}) {
        client<config::core_client> client;
        client.clear_access_channels(log::alevel::all);
        std::ostringstream out;
        client.register_ostream(&out);
        lib::error_code ec;
        const auto con = client.get_connection(std::string("ws://") + host + ":9000/", ec);
        ASSERT_FALSE(ec);
        client.connect(con);
        EXPECT_NE(out.str().find("\r\nHost: [fe80::1]:9000\r\n"), std::string::npos) << out.str();
    }
}

TEST(websocketpp_uri_grammar, has_classes_of_characters) {
    namespace is = uri_helper;
    EXPECT_TRUE(is::unreserved('~') && is::unreserved('a') && is::unreserved('9'));
    EXPECT_FALSE(is::unreserved('/') || is::unreserved('%'));
    EXPECT_TRUE(is::gen_delim('@') && is::gen_delim('['));
    EXPECT_FALSE(is::gen_delim('!') || is::gen_delim('\0'));
    EXPECT_TRUE(is::sub_delim('!') && is::sub_delim('='));
    EXPECT_FALSE(is::sub_delim(':') || is::sub_delim('\0'));
    EXPECT_TRUE(is::hexdigit('f') && is::hexdigit('F') && is::hexdigit('0'));
    EXPECT_FALSE(is::hexdigit('g'));
    EXPECT_TRUE(is::scheme('+') && is::scheme('Z') && is::scheme('0'));
    EXPECT_FALSE(is::scheme(':') || is::scheme('_'));
    EXPECT_TRUE(is::digit('9'));
    EXPECT_FALSE(is::digit('a'));
    EXPECT_TRUE(is::reg_name('a') && is::reg_name('!'));
    EXPECT_FALSE(is::reg_name('%') || is::reg_name(':'));
    const std::string percent = "20zz";
    EXPECT_TRUE(is::pct_encoded(percent.begin()));
    EXPECT_FALSE(is::pct_encoded(percent.begin() + 1));
    EXPECT_TRUE(is::digit(percent.begin()));
}

TEST(websocketpp_uri_grammar, has_rules_for_ranges) {
    namespace is = uri_helper;
    const auto holds = [](auto rule, std::string const& text) {
        return rule(text.begin(), text.end());
    };
    for (char const* text : {"0", "9", "10", "199", "249", "255"}) {
        EXPECT_TRUE(holds(is::dec_octet, text)) << text;
    }
    for (char const* text : {"", "00", "01", "256", "1000", "1.2", "a"}) {
        EXPECT_FALSE(holds(is::dec_octet, text)) << text;
    }
    EXPECT_TRUE(holds(is::ipv4_literal, "127.0.0.1"));
    EXPECT_FALSE(holds(is::ipv4_literal, "127.0.0"));
    EXPECT_TRUE(holds(is::hex4, "aB09"));
    EXPECT_FALSE(holds(is::hex4, "") || holds(is::hex4, "12345") || holds(is::hex4, "g"));
    EXPECT_TRUE(holds(is::ipv6_literal, "::1"));
    EXPECT_FALSE(holds(is::ipv6_literal, "[::1]") || holds(is::ipv6_literal, "fe80::1%eth0"));
    const std::string name = "a%20b", wrong = "a%2";
    EXPECT_TRUE(is::reg_name(name.begin(), name.end()));
    EXPECT_FALSE(is::reg_name(wrong.begin(), wrong.end()));
}

} // namespace
} // namespace websocketpp
