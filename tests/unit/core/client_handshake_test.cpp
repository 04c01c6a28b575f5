// SPDX-License-Identifier: MIT
// The client's side of the opening handshake: its request, and each MUST of RFC 6455 §4.1 about
// the server's answer, broken one at a time.
#include <weft/core/handshake.hpp>

#include <weft/core/error.hpp>

#include "guard_page.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weft {
namespace {

using namespace std::string_literals;

// "the sample nonce", as in RFC 6455 §1.3.
handshake_nonce nonce() { return testing::bytes_of("the sample nonce").first<16>(); }

uri target(std::string_view text = "ws://server.example.com/chat?x=1") { return *uri::parse(text); }

const http_fields example{
    {"Upgrade", "websocket"},
    {"Connection", "Upgrade"},
    {"Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="},
};

http_fields with(const std::string& name, const std::string& value) {
    auto fields = example;
    fields.push_back({name, value});
    return fields;
}

http_fields changed(const std::string& name, const std::string& value) {
    auto fields = example;
    for (auto& field : fields) {
        if (field.name == name) field.value = value;
    }
    return fields;
}

http_fields without(const std::string& name) {
    auto fields = example;
    std::erase_if(fields, [&](const http_field& field) { return field.name == name; });
    return fields;
}

struct checked {
    std::error_code why;
    std::string subprotocol = "untouched";
};

checked check(const http_fields& fields, const std::vector<std::string>& offered = {},
              std::string_view line = "HTTP/1.1 101 Switching Protocols") {
    std::string text{line};
    for (const auto& [name, value] : fields) text += "\r\n" + name + ": " + value;
    text += "\r\n\r\n";
    http_head_parser parser{http_kind::response};
    EXPECT_EQ(parser.feed(testing::bytes_of(text)), text.size());
    EXPECT_EQ(parser.status(), http_head_parser::state::done);
    checked result;
    result.why = check_upgrade_response(parser.take_response(), nonce(), offered,
                                        result.subprotocol);
    return result;
}

TEST(client_handshake, request) {
    const auto text = make_upgrade_request(target(), nonce(), {"chat", "superchat"},
                                           {{"Origin", "http://example.com"}});
    ASSERT_TRUE(text);
    EXPECT_EQ(*text, "GET /chat?x=1 HTTP/1.1\r\n"
                     "Host: server.example.com\r\n"
                     "Upgrade: websocket\r\n"
                     "Connection: Upgrade\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                     "Sec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Protocol: chat, superchat\r\n"
                     "Origin: http://example.com\r\n\r\n");
}

TEST(client_handshake, our_server_accepts_the_request) {
    const auto text = make_upgrade_request(target("wss://[::1]:9001"), nonce(), {"a"});
    ASSERT_TRUE(text);
    http_head_parser parser{http_kind::request};
    EXPECT_EQ(parser.feed(testing::bytes_of(*text)), text->size());
    const auto request = parser.take_request();
    EXPECT_EQ(request.host(), "[::1]:9001");
    EXPECT_EQ(request.target(), "/");
    const auto offer = check_upgrade(request);
    ASSERT_TRUE(offer);
    EXPECT_EQ(offer->subprotocols, std::vector<std::string>{"a"});
}

TEST(client_handshake, host_can_be_replaced_once) {
    const auto text = make_upgrade_request(target(), nonce(), {}, {{"host", "virtual"}});
    ASSERT_TRUE(text);
    EXPECT_NE(text->find("\r\nHost: virtual\r\n"), std::string::npos);
    EXPECT_EQ(text->find("server.example.com"), std::string::npos);
    EXPECT_EQ(text->find("host:"), std::string::npos);
    for (const auto& fields : {http_fields{{"Host", "a"}, {"host", "b"}}, http_fields{{"Host", ""}},
                               http_fields{{"Host", "a\r\nb"}}, http_fields{{"Host", "a b"}},
                               http_fields{{"Host", "a:0x"}}, http_fields{{"Host", "::1"}},
                               http_fields{{"Host", "http://a"}}}) {
        EXPECT_EQ(make_upgrade_request(target(), nonce(), {}, fields).error(), errc::bad_header);
    }
}

// undici CVE-2026-1527: line ends and NUL in what an application passes on.
TEST(client_handshake, refuses_injection) {
    for (const auto& bad : {"a\r\nb: c"s, "a\r"s, "a\n"s, "a\0b"s}) {
        EXPECT_EQ(make_upgrade_request(target(), nonce(), {}, {{"X", bad}}).error(),
                  errc::bad_header);
        EXPECT_EQ(make_upgrade_request(target(), nonce(), {}, {{bad, "x"}}).error(),
                  errc::bad_header);
        EXPECT_EQ(make_upgrade_request(target(), nonce(), {bad}).error(), errc::bad_subprotocol);
    }
}

TEST(client_handshake, refuses_headers_of_its_own) {
    for (const auto* name :
         {"Upgrade", "connection", "Sec-WebSocket-Key", "sec-websocket-version",
          "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "Content-Length",
          "Transfer-Encoding"}) {
        EXPECT_EQ(make_upgrade_request(target(), nonce(), {}, {{name, "x"}}).error(),
                  errc::reserved_header) << name;
    }
}

TEST(client_handshake, refuses_bad_subprotocols) {
    for (const auto& names : {std::vector<std::string>{""}, {"a b"}, {"a,b"}, {"a", "b", "a"}}) {
        EXPECT_EQ(make_upgrade_request(target(), nonce(), names).error(), errc::bad_subprotocol);
    }
}

TEST(client_handshake, example_of_the_rfc) {
    const auto result = check(with("Sec-WebSocket-Protocol", "chat"), {"chat", "superchat"});
    EXPECT_FALSE(result.why);
    EXPECT_EQ(result.subprotocol, "chat");
    EXPECT_EQ(check(example, {"chat"}).subprotocol, "");
    EXPECT_FALSE(check(example, {"chat"}).why);
}

TEST(client_handshake, status) {
    for (const auto* line : {"HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found", "HTTP/1.1 401 x",
                             "HTTP/1.1 302 Found", "HTTP/1.1 100 x"}) {
        EXPECT_EQ(check(example, {}, line).why, errc::not_upgraded) << line;
    }
    EXPECT_EQ(check(example, {}, "HTTP/1.0 101 x").why, errc::bad_http_version);
}

TEST(client_handshake, upgrade_and_connection) {
    EXPECT_EQ(check(without("Upgrade")).why, errc::bad_upgrade);
    EXPECT_EQ(check(with("Upgrade", "websocket")).why, errc::bad_upgrade);
    EXPECT_EQ(check(changed("Upgrade", "")).why, errc::bad_upgrade);
    EXPECT_EQ(check(changed("Upgrade", "websocket, h2c")).why, errc::bad_upgrade);
    EXPECT_FALSE(check(changed("Upgrade", "WEBSOCKET")).why);
    EXPECT_EQ(check(without("Connection")).why, errc::bad_connection);
    EXPECT_EQ(check(changed("Connection", "close")).why, errc::bad_connection);
    EXPECT_FALSE(check(changed("Connection", "keep-alive, upgrade")).why);
}

TEST(client_handshake, empty_lists_are_as_if_they_were_not_there) {
    for (const auto* nothing : {"", ",", " , ,"}) {
        auto fields = with("Sec-WebSocket-Extensions", nothing);
        fields.push_back({"Connection", nothing});
        fields.push_back({"Upgrade", nothing});
        fields.push_back({"Sec-WebSocket-Protocol", nothing});
        EXPECT_FALSE(check(fields, {"chat"}).why) << nothing;
        EXPECT_EQ(check(fields, {"chat"}).subprotocol, "") << nothing;
        fields.push_back({"Sec-WebSocket-Protocol", "chat"});
        EXPECT_EQ(check(fields, {"chat"}).subprotocol, "chat") << nothing;
    }
}

// Several clients never compared it: wrong, empty, missing and repeated.
TEST(client_handshake, accept_key) {
    EXPECT_EQ(check(without("Sec-WebSocket-Accept")).why, errc::bad_accept);
    EXPECT_EQ(check(with("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")).why,
              errc::bad_accept);
    for (const auto* key : {"", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo", "S3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
                            "s3pPLMBiTxaQ9kYGzzhZRbK+xOo==", "dGhlIHNhbXBsZSBub25jZQ=="}) {
        EXPECT_EQ(check(changed("Sec-WebSocket-Accept", key)).why, errc::bad_accept) << key;
    }
}

TEST(client_handshake, extension_that_was_not_offered) {
    for (const auto* value : {"permessage-deflate", "x-webkit-deflate-frame", ", x"}) {
        EXPECT_EQ(check(with("Sec-WebSocket-Extensions", value)).why, errc::unexpected_extension);
    }
}

TEST(client_handshake, subprotocol_that_was_not_offered) {
    for (const auto* value : {"other", "CHAT", "chat, chat", "chat,superchat"}) {
        const auto result = check(with("Sec-WebSocket-Protocol", value), {"chat", "superchat"});
        EXPECT_EQ(result.why, errc::unexpected_subprotocol) << value;
        EXPECT_EQ(result.subprotocol, "untouched");
    }
    EXPECT_EQ(check(with("Sec-WebSocket-Protocol", "chat")).why, errc::unexpected_subprotocol);
    auto twice = with("Sec-WebSocket-Protocol", "chat");
    twice.push_back({"Sec-WebSocket-Protocol", "chat"});
    EXPECT_EQ(check(twice, {"chat"}).why, errc::unexpected_subprotocol);
}

} // namespace
} // namespace weft
