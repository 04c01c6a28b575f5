// SPDX-License-Identifier: MIT
// WebSocket URIs: what each part yields, and what RFC 3986 and RFC 6455 §3 do not allow.
#include <weft/core/uri.hpp>

#include <weft/core/error.hpp>

#include <gtest/gtest.h>

#include <string>

namespace weft {
namespace {

uri uri_in(std::string_view text) {
    auto parsed = uri::parse(text);
    EXPECT_TRUE(parsed) << text;
    return parsed ? *parsed : *uri::parse("ws://failed/");
}

TEST(uri, parts) {
    const auto u = uri_in("wss://Example.ORG:9001/a/b%20c;d?x=1&y=/?");
    EXPECT_TRUE(u.secure());
    EXPECT_EQ(u.scheme(), "wss");
    EXPECT_EQ(u.host(), "example.org");
    EXPECT_EQ(u.port(), 9001);
    EXPECT_EQ(u.authority(), "example.org:9001");
    EXPECT_EQ(u.path(), "/a/b%20c;d");
    EXPECT_EQ(u.query(), "x=1&y=/?");
    EXPECT_EQ(u.resource(), "/a/b%20c;d?x=1&y=/?");
    EXPECT_EQ(u.str(), "wss://example.org:9001/a/b%20c;d?x=1&y=/?");
}

TEST(uri, defaults) {
    EXPECT_EQ(uri_in("ws://h").port(), 80);
    EXPECT_EQ(uri_in("wss://h").port(), 443);
    EXPECT_EQ(uri_in("ws://h:").port(), 80);
    EXPECT_EQ(uri_in("ws://h:443").authority(), "h:443");
    EXPECT_EQ(uri_in("wss://h:443").authority(), "h");
    EXPECT_EQ(uri_in("WS://h:80/").authority(), "h");
    EXPECT_EQ(uri_in("wSs://h:80/").authority(), "h:80");
    EXPECT_EQ(uri_in("ws://h").resource(), "/");
    EXPECT_EQ(uri_in("ws://h?q").resource(), "/?q");
    EXPECT_EQ(uri_in("ws://h?q").path(), "/");
    EXPECT_EQ(uri_in("ws://h/?").query(), "");
    EXPECT_EQ(uri_in("ws://h/?").resource(), "/?");
    EXPECT_EQ(uri_in("ws://h").str(), "ws://h/");
}

TEST(uri, hosts) {
    EXPECT_EQ(uri_in("ws://127.0.0.1:1/").host(), "127.0.0.1");
    EXPECT_EQ(uri_in("ws://a-b_c.~d!$&'()*+,;=/").host(), "a-b_c.~d!$&'()*+,;=");
    EXPECT_EQ(uri_in("ws://a%2Fb/").host(), "a%2fb");
    EXPECT_EQ(uri_in("ws://[::1]:9/x").host(), "::1");
    EXPECT_EQ(uri_in("ws://[::1]:9/x").port(), 9);
    EXPECT_EQ(uri_in("ws://[::1]:9/x").authority(), "[::1]:9");
    EXPECT_EQ(uri_in("ws://[2001:DB8::A]").authority(), "[2001:db8::a]");
    EXPECT_EQ(uri_in("ws://[::ffff:1.2.3.4]/").str(), "ws://[::ffff:1.2.3.4]/");
}

TEST(uri, ipv6_literals) {
    for (const std::string address :
         {"::", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1::8",
          "1:2:3:4:5:6:1.2.3.4", "::1.2.3.4", "1::255.255.255.255", "fe80::abcd", "1:2:3::7:8"}) {
        EXPECT_TRUE(uri::parse("ws://[" + address + "]/")) << address;
    }
    for (const std::string address :
         {"", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::",
          "1:2:3:4:5:6:7:8::", "1:2:3:4::5:6:7:8", ":1::", "1::2:", "1:2:3:4:5:6:7:1.2.3.4",
          "::256.1.1.1", "::1.2.3", "::1.2.3.4.5", "::01.2.3.4", "1.2.3.4::", "1.2.3.4",
          "fe80::1%eth0", "fe80::1%25", "fe80::1%25a/b", "fe80::1%25%20", "fe80::1%26eth0",
          "%25eth0", "1.2.3.4%25eth0", "v1.x", "::1 "}) {
        const auto refused = uri::parse("ws://[" + address + "]/");
        EXPECT_EQ(refused.error(), errc::bad_uri) << address;
    }
}

// RFC 6874
TEST(uri, an_ipv6_literal_may_name_an_interface) {
    const auto u = uri_in("ws://[FE80::A%25Eth0.1]:9/x");
    EXPECT_EQ(u.host(), "fe80::a%Eth0.1");
    EXPECT_EQ(u.authority(), "[fe80::a]:9") << "which is no business of the server's";
    EXPECT_EQ(u.str(), "ws://[fe80::a%25Eth0.1]:9/x");
    EXPECT_EQ(uri_in(u.str()), u);
    EXPECT_EQ(u.redirected("/y")->str(), "ws://[fe80::a%25Eth0.1]:9/y");
    EXPECT_EQ(uri_in("wss://[fe80::1%252]").host(), "fe80::1%2");
}

TEST(uri, ports) {
    EXPECT_EQ(uri_in("ws://h:1").port(), 1);
    EXPECT_EQ(uri_in("ws://h:65535").port(), 65535);
    EXPECT_EQ(uri_in("ws://h:00080").port(), 80);
    for (const std::string port : {"0", "65536", "99999999999999999999", "-1", "+1", "8o", " 80",
                                   "80:80", "0x50", "1e1"}) {
        EXPECT_EQ(uri::parse("ws://h:" + port + "/").error(), errc::bad_uri) << port;
    }
}

TEST(uri, other_schemes) {
    for (const auto* text :
         {"http://h/", "https://h/", "ftp://h/", "wsss://h/", "w://h", "file:///x"}) {
        EXPECT_EQ(uri::parse(text).error(), errc::unsupported_scheme) << text;
    }
}

TEST(uri, malformed) {
    for (const auto* text :
         {"", "h", "/path", "h/path", "ws", "ws:", "ws:/", "ws:/h", "ws:h", "://h", "1ws://h",
          "ws://", "ws:///x", "ws://?q", "ws://:80/", "ws://u@h/", "ws://u:p@h/", "ws://h/#f",
          "ws://h#f", "ws://h/?#", "ws://[::1/", "ws://::1/", "ws://[::1]x/", "ws://[::1]80/",
          "ws://h]/",
          "ws://h/%", "ws://h/%2", "ws://h/%zz", "ws://h/?%1", "ws://%/", "ws://h%4/", "ws://h/ x",
          " ws://h/", "ws://h/ ", "ws://h/\x7F", "ws://h/\xC3\xA4", "ws://\xC3\xA4/", "ws://h/<>",
          "ws://h/\"", "ws://h\\x/", "ws://h/\\", "ws://h/^", "ws://h/`", "ws://h/{}", "ws://h/|",
          "ws://h/[", "ws://h/\t"}) {
        EXPECT_EQ(uri::parse(text).error(), errc::bad_uri) << text;
    }
}

TEST(uri, credentials_are_kept_from_messages_whatever_is_wrong) {
    const std::pair<std::string, std::string> texts[] = {
        {"ws://user:SECRET@h:99999/x", "ws://***@h:99999/x"},
        {"ws://user:SEC@RET@h/", "ws://***@h/"},
        {"ws://user:SEC/RET@h/", "ws://***@h/"},
        {"ws://user:SEC?RET#SECRET@h/", "ws://***@h/"},
        {"ws://SECRET@h/", "ws://***@h/"},
        {"ws:/user:SECRET@h/", "***@h/"},
        {"user:SECRET@h", "***@h"},
        {"http://user:SECRET@[::1/", "http://***@[::1/"},
        {"ws://user:SECRET", "ws://user:***"},
        {"ws://user:SECRET/path", "ws://user:***/path"},
        {"ws://user:SECRET:80/", "ws://user:***/"},
        {"ws://[::1]:SECRET/", "ws://[::1]:***/"},
        {"ws://[::1", "ws://[::1"},
        {"ws://h:80/x", "ws://h:80/x"},
        {"ws://[::1]:80/x y", "ws://[::1]:80/x y"},
        {"ws://h", "ws://h"},
        {"", ""},
        {"not a uri: at all", "not a uri: at all"},
    };
    for (const auto& [text, shown] : texts) EXPECT_EQ(without_credentials(text), shown);
}

// undici CVE-2026-1527: line ends in what becomes a request.
TEST(uri, refuses_line_ends_and_nul_everywhere) {
    const std::string text = "ws://host:80/path?query";
    for (const char bad : {'\r', '\n', '\0', ' '}) {
        for (std::size_t at = 0; at <= text.size(); ++at) {
            auto injected = text;
            injected.insert(at, 1, bad);
            EXPECT_EQ(uri::parse(injected).error(), errc::bad_uri) << at;
        }
    }
}

TEST(uri, length_limit) {
    const std::string start = "ws://h/";
    EXPECT_TRUE(uri::parse(start + std::string(uri::size_max - start.size(), 'a')));
    EXPECT_EQ(uri::parse(start + std::string(uri::size_max - start.size() + 1, 'a')).error(),
              errc::bad_uri);
}

TEST(uri, its_text_parses_to_the_same) {
    for (const auto* text : {"ws://h", "wss://H:1/x?y", "ws://[::A]:8080?q", "wss://h:443/"}) {
        const auto once = uri_in(text);
        EXPECT_EQ(uri_in(once.str()), once) << text;
    }
}

} // namespace
} // namespace weft
