// SPDX-License-Identifier: MIT
// The server's side of the opening handshake: each MUST of RFC 6455 §4.2, broken one at a time.
#include <weft/core/handshake.hpp>

#include <weft/core/error.hpp>

#include "guard_page.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace weft {
namespace {

using namespace std::string_literals;

// The client's handshake of RFC 6455 §1.2, without what it offers.
const http_fields asked{
    {"Host", "server.example.com"},
    {"Upgrade", "websocket"},
    {"Connection", "Upgrade"},
    {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
    {"Origin", "http://example.com"},
    {"Sec-WebSocket-Version", "13"},
};

http_request request(const http_fields& fields, std::string_view line = "GET /chat HTTP/1.1") {
    std::string text{line};
    for (const auto& [name, value] : fields) text += "\r\n" + name + ": " + value;
    text += "\r\n\r\n";
    http_head_parser parser{http_kind::request};
    EXPECT_EQ(parser.feed(testing::bytes_of(text)), text.size());
    EXPECT_EQ(parser.status(), http_head_parser::state::done) << text;
    return parser.take_request();
}

http_fields less(std::string_view name) {
    auto fields = asked;
    std::erase_if(fields, [name](const http_field& field) { return field.name == name; });
    return fields;
}

http_fields plus(const std::string& name, const std::string& value) {
    auto fields = asked;
    fields.push_back({name, value});
    return fields;
}

http_fields changing(const std::string& name, const std::string& value) {
    auto fields = less(name);
    fields.push_back({name, value});
    return fields;
}

std::error_code error_of(const http_fields& fields) {
    return check_upgrade(request(fields)).error();
}

TEST(handshake, accept_key_of_the_rfc) {
    EXPECT_EQ(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(handshake, example_of_the_rfc) {
    auto fields = plus("Sec-WebSocket-Protocol", "chat, superchat");
    fields.push_back({"sec-websocket-extensions", "permessage-deflate; client_max_window_bits"});
    const auto offer = check_upgrade(request(fields));
    ASSERT_TRUE(offer);
    EXPECT_EQ(offer->key, "dGhlIHNhbXBsZSBub25jZQ==");
    EXPECT_EQ(offer->subprotocols, (std::vector<std::string>{"chat", "superchat"}));
    EXPECT_EQ(offer->extensions, "permessage-deflate; client_max_window_bits");
    const auto response = make_upgrade_response(*offer, "chat");
    ASSERT_TRUE(response);
    EXPECT_EQ(*response, "HTTP/1.1 101 Switching Protocols\r\n"
                         "Connection: Upgrade\r\n"
                         "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                         "Sec-WebSocket-Protocol: chat\r\n"
                         "Upgrade: websocket\r\n\r\n");
}

TEST(handshake, what_wants_an_upgrade) {
    EXPECT_TRUE(wants_upgrade(request(asked)));
    EXPECT_TRUE(wants_upgrade(request({{"Upgrade", "h2c, WebSocket"}})));
    EXPECT_TRUE(wants_upgrade(request({{"Sec-WebSocket-Key", "x"}})));
    EXPECT_FALSE(wants_upgrade(request({{"Host", "h"}, {"Upgrade", "h2c"}})));
    EXPECT_FALSE(wants_upgrade(request({{"Connection", "websocket"}})));
    EXPECT_FALSE(wants_upgrade(request(asked, "GET /chat HTTP/1.0")));
}

TEST(handshake, method_and_version) {
    for (const auto* method : {"POST", "HEAD", "get", "OPTIONS"}) {
        const auto line = method + " /chat HTTP/1.1"s;
        EXPECT_EQ(check_upgrade(request(asked, line)).error(), errc::bad_method) << method;
    }
    EXPECT_EQ(check_upgrade(request(asked, "GET / HTTP/1.0")).error(), errc::bad_http_version);
}

TEST(handshake, host) {
    EXPECT_EQ(error_of(less("Host")), errc::bad_host);
    EXPECT_EQ(error_of(plus("Host", "server.example.com")), errc::bad_host);
    for (const auto* host : {"", "a b", "a/b", "a@b", "a\"b", "\xC3\xA4", "a, b"}) {
        EXPECT_EQ(error_of(changing("Host", host)), errc::bad_host) << host;
    }
    for (const auto* host :
         {"localhost:0x", "localhost:-1", "localhost:+1", "localhost:65536", "a:80:80", ":80", ":",
          "loc%zzalhost", "a%", "a%4", "[::1]:80a", "[127.0.0.1]", "[::1]x", "::1", "[::1", "::1]",
          "[]", "[:]", "a[b]", "[::1%]", "[::1%a b]", "[v1]", "[v.x]", "[vg.x]", "[v1.]",
          "[v1.%41]", "[::1]:99999999999999999999"}) {
        EXPECT_EQ(error_of(changing("Host", host)), errc::bad_host) << host;
    }
    for (const auto* host :
         {"h", "h:80", "h:", "H.Example:65535", "h:00080", "[::1]:80", "[::1]:", "[::1]",
          "[2001:DB8::1]", "[::ffff:1.2.3.4]", "[v1.x]", "[VF.a:b~!]:1", "127.0.0.1", "a%2Db",
          "a_b", "a,b;c=d", "[fe80::1%25eth0]:80", "[fe80::1%eth0]", "999.1.1.1"}) {
        EXPECT_FALSE(error_of(changing("Host", host))) << host;
    }
}

TEST(handshake, upgrade_and_connection) {
    EXPECT_EQ(error_of(less("Upgrade")), errc::bad_upgrade);
    EXPECT_EQ(error_of(changing("Upgrade", "websockets")), errc::bad_upgrade);
    EXPECT_EQ(error_of(changing("Upgrade", "")), errc::bad_upgrade);
    EXPECT_FALSE(error_of(changing("Upgrade", "WebSocket")));
    EXPECT_FALSE(error_of(changing("Upgrade", "h2c, websocket")));
    EXPECT_EQ(error_of(less("Connection")), errc::bad_connection);
    EXPECT_EQ(error_of(changing("Connection", "keep-alive")), errc::bad_connection);
    EXPECT_FALSE(error_of(changing("Connection", "keep-alive, UPGRADE")));
    EXPECT_FALSE(error_of(plus("Connection", "keep-alive")));
}

TEST(handshake, key) {
    EXPECT_EQ(error_of(less("Sec-WebSocket-Key")), errc::bad_key);
    EXPECT_EQ(error_of(plus("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")), errc::bad_key);
    for (const auto* key :
         {"", "x", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25j",
          "dGhlIHNhbXBsZSBub25jZWU=", "dGhlIHNhbXBsZSBub25jZ===", "dGhlIHNhbXBsZSBub25j ZQ==",
          "dGhlIHNhbXBsZSBub25j-Q==", "dGhlIHNhbXBsZSBub25jZ_==", "=GhlIHNhbXBsZSBub25jZQ==",
          "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ=="}) {
        EXPECT_EQ(error_of(changing("Sec-WebSocket-Key", key)), errc::bad_key) << key;
    }
}

// The example of RFC 6455 §4.1, item 7, is none that an encoder would give.
TEST(handshake, key_is_not_decoded) {
    EXPECT_FALSE(error_of(changing("Sec-WebSocket-Key", "AQIDBAUGBwgJCgsMDQ4PEC==")));
    for (const char last : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"s) {
        const auto key = "dGhlIHNhbXBsZSBub25jZ"s + last + "==";
        const auto offer = check_upgrade(request(changing("Sec-WebSocket-Key", key)));
        ASSERT_TRUE(offer) << key;
        EXPECT_EQ(offer->key, key);
    }
}

// websocket-driver CVE-2026-54466: drafts of the protocol are not spoken.
TEST(handshake, version_13_alone) {
    EXPECT_EQ(error_of(less("Sec-WebSocket-Version")), errc::bad_version);
    EXPECT_EQ(error_of(plus("Sec-WebSocket-Version", "13")), errc::bad_version);
    for (const auto* version : {"", "0", "6", "7", "8", "12", "14", "013", "13.0", "+13", "13, 8",
                                "8, 13", "130", "\"13\""}) {
        const auto fields = changing("Sec-WebSocket-Version", version);
        EXPECT_EQ(error_of(fields), errc::bad_version) << version;
    }
    // The handshake of draft-76, whose keys have other names.
    EXPECT_EQ(error_of({{"Host", "h"},
                        {"Upgrade", "WebSocket"},
                        {"Connection", "Upgrade"},
                        {"Sec-WebSocket-Key1", "4 @1  46546xW%0l 1 5"},
                        {"Sec-WebSocket-Key2", "12998 5 Y3 1  .P00"}}),
              errc::bad_version);
}

TEST(handshake, subprotocols) {
    auto two = plus("Sec-WebSocket-Protocol", "a,b ,");
    two.push_back({"Sec-WebSocket-Protocol", "c"});
    const auto offer = check_upgrade(request(two));
    ASSERT_TRUE(offer);
    EXPECT_EQ(offer->subprotocols, (std::vector<std::string>{"a", "b", "c"}));
    for (const auto* names : {"a b", "a, a", "a/b", "\"a\"", "a;b", "\xC3\xA4"}) {
        EXPECT_EQ(error_of(plus("Sec-WebSocket-Protocol", names)), errc::bad_subprotocol) << names;
    }
    two.push_back({"sec-websocket-protocol", "b"});
    EXPECT_EQ(error_of(two), errc::bad_subprotocol);
    EXPECT_FALSE(error_of(plus("Sec-WebSocket-Protocol", "a, A")));
}

TEST(handshake, extensions) {
    for (const auto* text : {"foo", "foo, bar; baz=2", "x; a; b=\"c\"; d = e", "foo; a=\"b\\c\"",
                             "deflate-stream", "foo,,bar"}) {
        EXPECT_FALSE(error_of(plus("Sec-WebSocket-Extensions", text))) << text;
    }
    for (const auto* text : {";", "foo;", "foo; =1", "foo; a=", "foo bar",
                             "foo; a=\"b c\"", "foo; a=\"\"", "foo; a=\"b", "foo; a=\"b\\",
                             "foo=1", "foo; a=b c", "foo; a=\"b\"c", "\"foo\"", "foo; a==b"}) {
        EXPECT_EQ(error_of(plus("Sec-WebSocket-Extensions", text)), errc::bad_extension) << text;
    }
    auto two = plus("Sec-WebSocket-Extensions", "foo;a=1");
    two.push_back({"Sec-WebSocket-Extensions", "bar"});
    EXPECT_EQ(check_upgrade(request(two))->extensions, "foo;a=1, bar");
}

TEST(handshake, empty_lists_are_as_if_they_were_not_there) {
    for (const auto* nothing : {"", ",", " , ,"}) {
        auto fields = plus("Sec-WebSocket-Protocol", nothing);
        fields.push_back({"Sec-WebSocket-Extensions", nothing});
        fields.push_back({"Connection", nothing});
        fields.push_back({"Upgrade", nothing});
        fields.push_back({"Expect", nothing});
        const auto offer = check_upgrade(request(fields));
        ASSERT_TRUE(offer) << offer.error().message();
        EXPECT_TRUE(offer->subprotocols.empty());
        EXPECT_EQ(offer->extensions, "");
        fields.push_back({"Sec-WebSocket-Protocol", "a"});
        EXPECT_EQ(check_upgrade(request(fields))->subprotocols, std::vector<std::string>{"a"});
    }
    EXPECT_FALSE(error_of(changing("Connection", ", Upgrade")));
    EXPECT_FALSE(error_of(changing("Connection", ",,keep-alive,, upgrade,")));
    EXPECT_FALSE(error_of(changing("Upgrade", ", websocket ,")));
    EXPECT_EQ(error_of(changing("Connection", ",")), errc::bad_connection);
}

// RFC 9110 §10.1.1
TEST(handshake, expectations) {
    EXPECT_FALSE(error_of(plus("Expect", "100-Continue")));
    EXPECT_FALSE(error_of(plus("Expect", ", 100-continue")));
    for (const auto* other : {"200-ok", "100-continue, x", "100-continue;a=b"}) {
        EXPECT_EQ(error_of(plus("Expect", other)), errc::unknown_expectation) << other;
    }
}

TEST(handshake, no_body) {
    EXPECT_EQ(error_of(plus("Content-Length", "1")), errc::bad_request);
    EXPECT_EQ(error_of(plus("Content-Length", "-0")), errc::bad_request);
    EXPECT_EQ(error_of(plus("Transfer-Encoding", "chunked")), errc::bad_request);
    EXPECT_EQ(error_of(plus("Transfer-Encoding", "")), errc::bad_request);
    EXPECT_FALSE(error_of(plus("Content-Length", "0")));
    auto two = plus("Content-Length", "0");
    two.push_back({"content-length", "5"});
    EXPECT_EQ(error_of(two), errc::bad_request);
}

TEST(handshake, response_refuses_what_was_not_offered) {
    const upgrade_offer offer{"dGhlIHNhbXBsZSBub25jZQ==", {"chat", "bad\r\none"}, ""};
    EXPECT_TRUE(make_upgrade_response(offer, ""));
    EXPECT_EQ(make_upgrade_response(offer, "").value().find("Protocol:"), std::string::npos);
    for (const auto* name : {"superchat", "Chat", "chat ", "bad\r\none"}) {
        EXPECT_EQ(make_upgrade_response(offer, name).error(), errc::bad_subprotocol) << name;
    }
}

TEST(handshake, response_takes_headers_that_are_not_its_own) {
    const upgrade_offer offer{"dGhlIHNhbXBsZSBub25jZQ==", {}, ""};
    const auto response = make_upgrade_response(offer, "", {{"Set-Cookie", "a=b"}});
    ASSERT_TRUE(response);
    EXPECT_NE(response->find("\r\nSet-Cookie: a=b\r\n"), std::string::npos);
    for (const auto* name :
         {"Upgrade", "connection", "SEC-WEBSOCKET-ACCEPT", "Sec-WebSocket-Protocol",
          "Sec-WebSocket-Extensions", "Content-Length", "Transfer-Encoding"}) {
        const http_fields extra{{name, "x"}};
        EXPECT_EQ(make_upgrade_response(offer, "", extra).error(), errc::reserved_header) << name;
    }
    for (const auto* name : {"", "a b"}) {
        EXPECT_EQ(make_upgrade_response(offer, "", {{name, "x"}}).error(), errc::bad_header);
    }
    for (const auto& value : {"a\r\nb: c"s, "a\n"s, "a\0b"s, "\r"s}) {
        EXPECT_EQ(make_upgrade_response(offer, "", {{"X", value}}).error(), errc::bad_header);
    }
}

TEST(handshake, refusals) {
    const std::pair<errc, int> statuses[] = {
        {errc::bad_request, 400}, {errc::bad_host, 400}, {errc::bad_key, 400},
        {errc::bad_connection, 400}, {errc::bad_subprotocol, 400}, {errc::rejected, 403},
        {errc::gone, 404}, {errc::bad_method, 405}, {errc::handshake_timeout, 408},
        {errc::body_too_large, 413}, {errc::unknown_expectation, 417},
        {errc::unknown_transfer_coding, 501}, {errc::misdirected, 421}, {errc::bad_version, 426},
        {errc::bad_upgrade, 426}, {errc::header_too_large, 431}, {errc::too_many_headers, 431},
        {errc::handler_threw, 500}, {errc::shut_down, 503}, {errc::bad_http_version, 505},
    };
    for (const auto& [why, status] : statuses) {
        const auto response = refusal(why);
        EXPECT_EQ(response.status, status);
        EXPECT_EQ(std::ranges::count(response.body, '\n'), 1);
        EXPECT_TRUE(serialize(response)) << status;
    }
    EXPECT_EQ(refusal(std::make_error_code(std::errc::io_error)).status, 500);
    EXPECT_NE(serialize(refusal(errc::bad_version))->find("\r\nSec-WebSocket-Version: 13\r\n"),
              std::string::npos);
    EXPECT_NE(serialize(refusal(errc::bad_version))->find("\r\nUpgrade: websocket\r\n"),
              std::string::npos);
    EXPECT_NE(serialize(refusal(errc::bad_method))->find("\r\nAllow: GET\r\n"), std::string::npos);
}

} // namespace
} // namespace weft
