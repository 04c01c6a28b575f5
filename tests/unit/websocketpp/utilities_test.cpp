// SPDX-License-Identifier: MIT
// What programs use beside connections: URIs, HTTP heads, digests, close codes, errors, logs.
#include <gtest/gtest.h>

#include <syslog.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include <websocketpp/base64/base64.hpp>
#include <websocketpp/close.hpp>
#include <websocketpp/common/md5.hpp>
#include <websocketpp/concurrency/basic.hpp>
#include <websocketpp/error.hpp>
#include <websocketpp/frame.hpp>
#include <websocketpp/http/request.hpp>
#include <websocketpp/http/response.hpp>
#include <websocketpp/logger/basic.hpp>
#include <websocketpp/logger/syslog.hpp>
#include <websocketpp/processors/processor.hpp>
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
    EXPECT_EQ(uri(std::string("ws"), "::1", 9002, "/x").get_authority(), "[::1]:9002");
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

TEST(websocketpp_http, a_parser_has_headers_without_a_message) {
    http::parser::parser any;
    any.replace_header("Foo", "bar");
    EXPECT_EQ(any.get_header("fOO"), "bar");
    EXPECT_EQ(http::empty_header, any.get_header("other"));
}

TEST(websocketpp_http, a_request_of_1_1_needs_a_host) {
    const std::string text = "GET / HTTP/1.1\r\nA: b\r\n\r\n";
    http::parser::request request;
    EXPECT_THROW(request.consume(text.data(), text.size()), http::exception);
    EXPECT_FALSE(request.ready());
}

TEST(websocketpp_http, an_upgrade_response_ends_with_its_head) {
    const std::string text = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
    http::parser::response response;
    EXPECT_EQ(response.consume((text + "xyz").data(), text.size() + 3), text.size());
    EXPECT_TRUE(response.ready());
}

/// Its Content-Length is that of the body that a client has already. RFC 9110 §15.4.5.
TEST(websocketpp_http, a_response_that_has_no_body_ends_with_its_head) {
    const std::string text = "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n";
    http::parser::response response;
    EXPECT_EQ(response.consume(text.data(), text.size()), text.size());
    EXPECT_TRUE(response.ready());
}

TEST(websocketpp_http, tokens_strings_and_white_space_are_extracted) {
    namespace parser = http::parser;
    const std::string list = "permessage; a=1; b=\"x \\\"y\\\"\" ; c ,\r\n next";
    http::parameter_list found;
    EXPECT_EQ(parser::extract_parameters(list.begin(), list.end(), found), list.end());
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].first, "permessage");
    EXPECT_EQ(found[0].second,
              (http::attribute_list{{"a", "1"}, {"b", "x \"y\""}, {"c", ""}}));
    EXPECT_EQ(found[1].first, "next");

    for (char const* text : {"", ";", "a;", "a;b=", "a;=b", "a,", "\"a\""}) {
        const std::string wrong = text;
        EXPECT_EQ(parser::extract_parameters(wrong.begin(), wrong.end(), found), wrong.begin())
            << text;
    }
    const std::string open = "\"never closed";
    EXPECT_EQ(parser::extract_quoted_string(open.begin(), open.end()).second, open.begin());
    const std::string token = "gzip;q=1";
    EXPECT_EQ(parser::extract_token(token.begin(), token.end()).first, "gzip");
    EXPECT_EQ(parser::strip_lws(" \t x y \r\n "), "x y \r\n"); // the end must be on the last line
    EXPECT_EQ(parser::strip_lws(" \t"), "");
    EXPECT_TRUE(http::is_token_char('~'));
    EXPECT_FALSE(http::is_token_char('\0'));
    EXPECT_TRUE(http::is_not_token_char(0xe9));
}

TEST(websocketpp_http, the_version_of_a_handshake_is_a_number) {
    http::parser::request request;
    const auto version = [&](char const* text) {
        request.replace_header("Sec-WebSocket-Version", text);
        return processor::get_websocket_version(request);
    };
    EXPECT_EQ(processor::get_websocket_version(request), 0);
    EXPECT_EQ(version("13"), 13);
    EXPECT_EQ(version("70000"), 70000);
    EXPECT_EQ(version("a"), -1);
    EXPECT_EQ(version("13a"), -1);
    EXPECT_EQ(version("99999999999"), -1);
}

TEST(websocketpp_frame, headers_are_written_and_read) {
    struct {
        uint64_t size;
        bool is_masked;
        size_t length;
    } const cases[] = {{125, false, 2}, {126, false, 4}, {65535, true, 8}, {65536, true, 14}};
    for (auto const& each : cases) {
        const frame::basic_header first(frame::opcode::binary, each.size, true, each.is_masked);
        const frame::extended_header rest(each.size, 0x04030201);
        EXPECT_TRUE(frame::get_fin(first));
        EXPECT_EQ(frame::get_opcode(first), frame::opcode::binary);
        EXPECT_EQ(frame::get_masked(first), each.is_masked);
        EXPECT_EQ(frame::get_payload_size(first, rest), each.size);
        EXPECT_EQ(frame::get_header_len(first), each.length);
        EXPECT_EQ(frame::write_header(first, rest).size(), each.length);
        EXPECT_EQ(frame::prepare_header(first, rest), frame::write_header(first, rest));
        EXPECT_EQ(frame::get_masking_key(first, rest).i, each.is_masked ? 0x04030201u : 0u);
    }
    frame::basic_header header;
    frame::set_rsv1(header, true);
    frame::set_masked(header, true);
    frame::set_rsv1(header, false);
    EXPECT_EQ(header.b0, 0);
    EXPECT_EQ(header.b1, 0x80);
    EXPECT_EQ(frame::write_header(frame::basic_header(0x82, 126), frame::extended_header(0x1234)),
              "\x82\x7e\x12\x34");
}

TEST(websocketpp_frame, payloads_are_masked_in_one_piece_or_in_several) {
    frame::masking_key_type key;
    for (uint8_t i = 0; i < 4; ++i) key.c[i] = static_cast<uint8_t>(0x11 * (i + 1));
    std::vector<uint8_t> plain(37);
    for (size_t i = 0; i < plain.size(); ++i) plain[i] = static_cast<uint8_t>(i * 7);
    std::vector<uint8_t> expected(plain.size());
    for (size_t i = 0; i < plain.size(); ++i) {
        expected[i] = static_cast<uint8_t>(plain[i] ^ key.c[i % 4]);
    }
    std::vector<uint8_t> masked(plain.size());
    frame::byte_mask(plain.begin(), plain.end(), masked.begin(), key);
    EXPECT_EQ(masked, expected);
    frame::word_mask_exact(masked.data(), masked.size(), key);
    EXPECT_EQ(masked, plain);
    size_t prepared = frame::prepare_masking_key(key);
    for (size_t at = 0, step = 1; at < masked.size(); at += step, ++step) {
        const size_t size = std::min(step, masked.size() - at);
        prepared = frame::word_mask_circ(masked.data() + at, size, prepared);
    }
    EXPECT_EQ(masked, expected);
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

TEST(websocketpp_digests, md5_takes_pieces) {
    const std::string text(200, 'x');
    for (size_t step : {1U, 7U, 56U, 63U, 64U, 65U, 200U}) {
        md5::md5_state_t state;
        md5::md5_init(&state);
        for (size_t at = 0; at < text.size(); at += step) {
            md5::md5_append(&state, reinterpret_cast<md5::md5_byte_t const*>(&text[at]),
                            std::min(step, text.size() - at));
        }
        md5::md5_byte_t digest[16];
        md5::md5_finish(&state, digest);
        EXPECT_EQ(std::string(digest, digest + 16), md5::md5_hash_string(text)) << step;
    }
    EXPECT_EQ(md5::md5_hash_hex(text), "30a83621ce5422fbdfdd539777458c78");
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

TEST(websocketpp_log, may_be_the_log_of_the_system) {
    log::syslog<concurrency::basic, log::elevel> errors(log::elevel::all,
                                                            log::channel_type_hint::error);
    log::syslog<concurrency::basic, log::alevel> accesses;
    errors.set_channels(log::elevel::all);
    accesses.set_channels(log::alevel::connect | log::alevel::app);
    ::openlog("weft-test", LOG_PERROR, LOG_USER); // a copy for the standard error stream
    ::testing::internal::CaptureStderr();
    const int before = ::setlogmask(LOG_UPTO(LOG_WARNING));
    errors.write(log::elevel::fatal, "fatal %s");
    errors.write(log::elevel::rerror, std::string("error"));
    errors.write(log::elevel::warn, "warning");
    errors.write(log::elevel::info, "info");
    accesses.write(log::alevel::connect, "quiet");
    ::setlogmask(LOG_MASK(LOG_INFO));
    accesses.write(log::alevel::connect, "loud");
    accesses.write(log::alevel::disconnect, "not enabled");
    errors.write(log::elevel::library, "detail");
    ::setlogmask(before);
    ::closelog();
    EXPECT_EQ(::testing::internal::GetCapturedStderr(),
              "weft-test: [fatal] fatal %s\nweft-test: [error] error\n"
              "weft-test: [warning] warning\nweft-test: [connect] loud\n");
}

} // namespace
} // namespace websocketpp
