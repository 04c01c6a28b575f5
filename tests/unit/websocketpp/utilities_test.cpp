// SPDX-License-Identifier: MIT
// What programs use beside connections: URIs, HTTP heads, digests, close codes, errors, logs.
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include <websocketpp/base64/base64.hpp>
#include <websocketpp/close.hpp>
#include <websocketpp/common/md5.hpp>
#include <websocketpp/concurrency/basic.hpp>
#include <websocketpp/error.hpp>
#include <websocketpp/http/request.hpp>
#include <websocketpp/http/response.hpp>
#include <websocketpp/logger/basic.hpp>
#include <websocketpp/sha1/sha1.hpp>
#include <websocketpp/uri.hpp>
#include <websocketpp/utf8_validator.hpp>
#include <websocketpp/utilities.hpp>
#include <websocketpp/version.hpp>

namespace websocketpp {
namespace {

TEST(websocketpp_uri, has_the_parts_of_valid_ones) {
    struct {
        char const* text;
        bool is_secure;
        char const* host;
        int port;
        char const* resource;
        char const* query;
        char const* normal;
    } const cases[] = {
        {"ws://localhost", false, "localhost", 80, "/", "", "ws://localhost/"},
        {"wss://a.example:9000/x?y=1", true, "a.example", 9000, "/x?y=1", "y=1",
         "wss://a.example:9000/x?y=1"},
        {"http://[::1]:8080/", false, "::1", 8080, "/", "", "http://[::1]:8080/"},
        {"https://h:443/p", true, "h", 443, "/p", "", "https://h/p"},
        {"ws://h?q", false, "h", 80, "/?q", "q", "ws://h/?q"},
    };
    for (auto const& each : cases) {
        const uri parsed(each.text);
        EXPECT_TRUE(parsed.get_valid()) << each.text;
        EXPECT_EQ(parsed.get_secure(), each.is_secure);
        EXPECT_EQ(parsed.get_host(), each.host);
        EXPECT_EQ(parsed.get_port(), each.port);
        EXPECT_EQ(parsed.get_resource(), each.resource);
        EXPECT_EQ(parsed.get_query(), each.query);
        EXPECT_EQ(parsed.str(), each.normal);
    }
}

TEST(websocketpp_uri, is_invalid_without_scheme_host_or_port) {
    for (char const* text : {"", "localhost", "ftp://h/", "ws://", "ws://:80/", "ws://h:0/",
                             "ws://h:65536/", "ws://h:8x/", "ws://[::1/", "ws://[::1]x/"}) {
        EXPECT_FALSE(uri(text).get_valid()) << text;
    }
    EXPECT_EQ(uri(true, "h", "/x").str(), "wss://h/x");
    EXPECT_EQ(uri("ws", "::1", 9002, "/x").get_authority(), "[::1]:9002");
    EXPECT_EQ(uri(false, "h", "81", "/x").get_host_port(), "h:81");
}

TEST(websocketpp_http, parses_a_request_in_pieces) {
    const std::string text = "POST /a?b HTTP/1.1\r\nHost: h\r\nX-One: 1\r\nx-one: 2\r\n"
                             "Content-Length: 4\r\n\r\nbodyNEXT";
    http::parser::request request;
    for (size_t i = 0; i + 4 < text.size(); ++i) {
        ASSERT_FALSE(request.ready());
        ASSERT_EQ(request.consume(&text[i], 1), 1U);
    }
    ASSERT_TRUE(request.ready());
    EXPECT_EQ(request.consume("NEXT", 4), 0U);
    EXPECT_EQ(request.get_method(), "POST");
    EXPECT_EQ(request.get_uri(), "/a?b");
    EXPECT_EQ(request.get_version(), "HTTP/1.1");
    EXPECT_EQ(request.get_header("X-ONE"), "1, 2");
    EXPECT_EQ(request.get_header("none"), "");
    EXPECT_EQ(request.get_body(), "body");
    EXPECT_TRUE(request.raw_head().starts_with("POST /a?b HTTP/1.1\r\n"));
    EXPECT_EQ(request.raw(), request.raw_head() + "body");
    http::parser::request malformed;
    EXPECT_THROW(malformed.consume("GET\r\n\r\n", 7), http::exception);
}

TEST(websocketpp_http, writes_and_parses_a_response) {
    http::parser::response response;
    EXPECT_EQ(response.get_status_code(), http::status_code::uninitialized);
    response.set_version("HTTP/1.1");
    response.set_status(http::status_code::not_found);
    response.append_header("X", "1");
    response.replace_header("X", "2");
    response.set_body("gone");
    EXPECT_EQ(response.raw(),
              "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nX: 2\r\n\r\ngone");
    http::parser::response read;
    std::istringstream in(response.raw());
    read.consume(in);
    EXPECT_TRUE(read.ready());
    EXPECT_EQ(read.get_status_code(), http::status_code::not_found);
    EXPECT_EQ(read.get_status_msg(), "Not Found");
    EXPECT_EQ(read.get_body(), "gone");
}

TEST(websocketpp_http, splits_headers_with_parameters) {
    http::parser::request request;
    request.append_header("Accept", "a;q=1;x=\"y,;z\", b");
    http::parameter_list list;
    EXPECT_FALSE(request.get_header_as_plist("Accept", list));
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list[0].first, "a");
    EXPECT_EQ(list[0].second.at("q"), "1");
    EXPECT_EQ(list[0].second.at("x"), "y,;z");
    EXPECT_EQ(list[1].first, "b");
    request.replace_header("Accept", "a;;=");
    EXPECT_TRUE(request.get_header_as_plist("Accept", list));
}

TEST(websocketpp_digests, are_those_of_the_standards) {
    EXPECT_EQ(md5::md5_hash_hex(""), "d41d8cd98f00b204e9800998ecf8427e");
    EXPECT_EQ(md5::md5_hash_hex("abc"), "900150983cd24fb0d6963f7d28e17f72");
    EXPECT_EQ(md5::md5_hash_hex(std::string(64, 'x')), "c1bb4f81d892b2d57947682aeb252456");
    unsigned char digest[20];
    sha1::calc("abc", 3, digest);
    EXPECT_EQ(utility::to_hex(digest, 4), "A9 99 3E 36 ");
    EXPECT_EQ(base64_encode("fo"), "Zm8=");
    EXPECT_EQ(base64_decode("Zm9vYmE="), "fooba");
    EXPECT_EQ(base64_decode("Zm9v!Zm9v"), "foo");
}

TEST(websocketpp_utf8, is_checked_in_pieces) {
    EXPECT_TRUE(utf8_validator::validate("caf\xc3\xa9"));
    EXPECT_FALSE(utf8_validator::validate("caf\xc3"));
    utf8_validator::validator pieces;
    const std::string text = "\xc3\xa9";
    EXPECT_TRUE(pieces.decode(text.begin(), text.begin() + 1));
    EXPECT_FALSE(pieces.complete());
    EXPECT_TRUE(pieces.consume(0xa9));
    EXPECT_TRUE(pieces.complete());
    EXPECT_FALSE(pieces.consume(0xff));
}

TEST(websocketpp_close, codes_have_names_and_rules) {
    EXPECT_EQ(close::status::get_string(close::status::going_away), "Going away");
    EXPECT_TRUE(close::status::invalid(close::status::abnormal_close));
    EXPECT_TRUE(close::status::reserved(1016));
    EXPECT_FALSE(close::status::invalid(3000));
    lib::error_code ec;
    EXPECT_EQ(close::extract_code("\x03\xe8why", ec), close::status::normal);
    EXPECT_FALSE(ec);
    EXPECT_EQ(close::extract_reason("\x03\xe8why", ec), "why");
    EXPECT_EQ(close::extract_code("", ec), close::status::no_status);
    (void)close::extract_code("x", ec);
    EXPECT_EQ(ec, error::bad_close_code);
}

TEST(websocketpp_error, has_categories_and_an_exception) {
    const lib::error_code ec = error::make_error_code(error::invalid_state);
    EXPECT_STREQ(ec.category().name(), "websocketpp");
    EXPECT_EQ(ec, error::invalid_state);
    const exception thrown("while testing", ec);
    EXPECT_STREQ(thrown.what(), "while testing");
    EXPECT_EQ(thrown.code(), ec);
    EXPECT_EQ(exception(ec).what(), ec.message());
    EXPECT_EQ(thrown.m_msg, "while testing");
    EXPECT_EQ(thrown.m_code, ec);
}

TEST(websocketpp_log, writes_the_channels_that_are_allowed_and_enabled) {
    std::ostringstream out;
    log::basic<concurrency::basic, log::alevel> log(log::alevel::all ^ log::alevel::http, &out);
    log.write(log::alevel::app, "before");
    log.set_channels(log::alevel::all);
    log.write(log::alevel::app, "enabled");
    log.write(log::alevel::http, std::string("not allowed"));
    log.clear_channels(log::alevel::app);
    log.write(log::alevel::app, "disabled");
    EXPECT_NE(out.str().find("] [application] enabled\n"), std::string::npos);
    EXPECT_EQ(out.str().find("before"), std::string::npos);
    EXPECT_EQ(out.str().find("allowed"), std::string::npos);
    EXPECT_EQ(out.str().find("disabled"), std::string::npos);
    EXPECT_EQ(std::string(user_agent), "WebSocket++/0.8.2");
}

} // namespace
} // namespace websocketpp
