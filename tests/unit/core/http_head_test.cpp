// SPDX-License-Identifier: MIT
// The parser of HTTP heads: what it yields however its input is cut, what it refuses, and that
// its limits and its cost hold against an adversary.
#include <weft/core/http_head.hpp>

#include <weft/core/error.hpp>

#include "guard_page.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weft {
namespace {

using namespace std::string_literals;
using testing::bytes_of;
using state = http_head_parser::state;

constexpr std::string_view sample = "GET /chat/room%201?name=J%C3%B6rg+B&x&y=%zz&name=2 "
                                    "HTTP/1.1\r\n"
                                    "Host: example.org:80\r\n"
                                    "Empty:\r\n"
                                    "X-Spaced: \t a b \t\r\n"
                                    "cookie: a=1; b=\"two\"; ab=3\r\n"
                                    "Cookie: c=x=y\r\n"
                                    "x-spaced: \xC3\xA4\r\n"
                                    "\r\n";

http_head_parser parser_of(std::string_view text, http_kind kind = http_kind::request,
                        http_limits limits = {}) {
    http_head_parser parser{kind, limits};
    testing::guard_page memory{bytes_of(text)};
    EXPECT_LE(parser.feed(memory.last(text.size())), text.size());
    return parser;
}

http_request request_of(std::string_view text) {
    auto parser = parser_of(text);
    EXPECT_EQ(parser.status(), state::done) << text << parser.error().message();
    return parser.take_request();
}

// The error, which has to be the same however the text is cut; none while more is awaited.
std::error_code error_of(std::string_view text, http_kind kind = http_kind::request,
                         http_limits limits = {}) {
    const auto whole = parser_of(text, kind, limits).error();
    for (const auto& sizes : testing::splittings(text.size())) {
        http_head_parser parser{kind, limits};
        testing::feed_pieces(bytes_of(text), sizes, [&](std::span<std::byte> piece) {
            const auto used = parser.feed(piece);
            EXPECT_TRUE(used == piece.size() || parser.status() != state::more);
        });
        EXPECT_EQ(parser.error(), whole) << text;
    }
    return whole;
}

void expect_sample(const http_request& r) {
    EXPECT_EQ(r.method(), "GET");
    EXPECT_EQ(r.target(), "/chat/room%201?name=J%C3%B6rg+B&x&y=%zz&name=2");
    EXPECT_EQ(r.path(), "/chat/room%201");
    EXPECT_EQ(r.query(), "name=J%C3%B6rg+B&x&y=%zz&name=2");
    EXPECT_EQ(r.version_minor(), 1);
    EXPECT_EQ(r.size(), 6U);
    EXPECT_EQ(r.headers().size(), 6U);
    EXPECT_EQ(r.headers()[1].name, "Empty");
    EXPECT_EQ(r.header("empty"), "");
    EXPECT_EQ(r.header("X-SPACED"), "a b");
    EXPECT_EQ(r.header_count("X-Spaced"), 2U);
    EXPECT_EQ(r.header("missing"), std::nullopt);
    EXPECT_EQ(r.header_count("missing"), 0U);
    EXPECT_EQ(r.host(), "example.org:80");
    EXPECT_EQ(r.origin(), std::nullopt);
}

TEST(http_head, request) { expect_sample(request_of(sample)); }

TEST(http_head, request_however_it_is_cut) {
    const auto text = std::string{sample} + "\x81\x85 and frames\r\n\r\n";
    for (const auto& sizes : testing::splittings(text.size())) {
        http_head_parser parser{http_kind::request};
        std::size_t used = 0;
        testing::feed_pieces(bytes_of(text), sizes, [&](std::span<std::byte> piece) {
            used += parser.feed(piece);
        });
        EXPECT_EQ(parser.status(), state::done);
        EXPECT_EQ(used, sample.size());
        expect_sample(parser.take_request());
    }
}

TEST(http_head, a_head_owns_its_text) {
    auto first = request_of(sample);
    auto second = first;
    auto third = std::move(first);
    expect_sample(second);
    expect_sample(third);
    third.body() = "filled";
    EXPECT_EQ(std::as_const(third).body(), "filled");
}

TEST(http_head, query_values) {
    const auto r = request_of(sample);
    EXPECT_EQ(r.query_value("name"), "J\xC3\xB6rg B");
    EXPECT_EQ(r.query_value("x"), "");
    EXPECT_EQ(r.query_value("y"), std::nullopt);
    EXPECT_EQ(r.query_value("nam"), std::nullopt);
    const auto odd = request_of("GET /?%6b%65y=1%&&=v&a=b=c%2 HTTP/1.1\r\n\r\n");
    EXPECT_EQ(odd.query_value("key"), std::nullopt);
    EXPECT_EQ(odd.query_value(""), "");
    EXPECT_EQ(odd.query_value("a"), std::nullopt);
    const auto plain = request_of("GET /?k=a=b%41&z= HTTP/1.1\r\n\r\n");
    EXPECT_EQ(plain.query_value("k"), "a=bA");
    EXPECT_EQ(plain.query_value("z"), "");
}

TEST(http_head, cookies) {
    const auto r = request_of(sample);
    EXPECT_EQ(r.cookie("a"), "1");
    EXPECT_EQ(r.cookie("b"), "two");
    EXPECT_EQ(r.cookie("ab"), "3");
    EXPECT_EQ(r.cookie("c"), "x=y");
    EXPECT_EQ(r.cookie("A"), std::nullopt);
    EXPECT_EQ(r.cookie("x"), std::nullopt);
}

TEST(http_head, targets) {
    EXPECT_EQ(request_of("GET / HTTP/1.1\r\n\r\n").path(), "/");
    const auto absolute = request_of("GET ws://h:1/p?q HTTP/1.1\r\nHost: other\r\n\r\n");
    EXPECT_EQ(absolute.host(), "h:1");
    EXPECT_EQ(absolute.path(), "/p");
    EXPECT_EQ(absolute.query(), "q");
    const auto bare = request_of("GET HTTP://h?q=/ HTTP/1.1\r\n\r\n");
    EXPECT_EQ(bare.host(), "h");
    EXPECT_EQ(bare.path(), "/");
    EXPECT_EQ(bare.query(), "q=/");
    EXPECT_EQ(request_of("GET https://h HTTP/1.1\r\n\r\n").path(), "/");
    EXPECT_EQ(request_of("GET /a://b?c HTTP/1.1\r\nHost: h\r\n\r\n").host(), "h");
    EXPECT_EQ(request_of("OPTIONS * HTTP/1.1\r\n\r\n").path(), "*");
    for (const std::string target : {"*", "x", "h:80", "?q", "", "://h/", "ftp://h/", "ws:///p",
                                     "ws://u@h/", "ws://h:0x/", "ws://[::1/", "ws://::1/",
                                     "ws://h%zz/", "ws://h:80:80", "/#f", "/\xC3\xA4", "/\x7F",
                                     "/\t"}) {
        EXPECT_EQ(error_of("GET " + target + " HTTP/1.1\r\n\r\n"), errc::bad_request) << target;
    }
    EXPECT_EQ(error_of("CONNECT h:80 HTTP/1.1\r\n\r\n"), errc::bad_request);
}

TEST(http_head, versions) {
    EXPECT_EQ(request_of("GET / HTTP/1.0\r\n\r\n").version_minor(), 0);
    EXPECT_EQ(request_of("GET / HTTP/1.9\r\n\r\n").version_minor(), 9);
    EXPECT_EQ(error_of("GET / HTTP/2.0\r\n\r\n"), errc::bad_http_version);
    EXPECT_EQ(error_of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), errc::bad_http_version);
    EXPECT_EQ(error_of("GET / HTTP/0.9\r\n\r\n"), errc::bad_http_version);
    for (const std::string version : {"HTTP/1", "HTTP/1.", "HTTP/1.10", "HTTP/11", "http/1.1",
                                      "HTTP/1,1", "HTTP/x.1", "HTTPS/1.1", "", "1.1"}) {
        EXPECT_EQ(error_of("GET / " + version + "\r\n\r\n"), errc::bad_request) << version;
    }
}

TEST(http_head, malformed_requests) {
    for (const auto& text :
         {"\n"s, "\nGET / HTTP/1.1\r\n\r\n"s, "\r\n GET / HTTP/1.1\r\n"s, "GET\r\n"s, "GET /\r\n"s,
          " GET / HTTP/1.1\r\n"s, "GET  / HTTP/1.1\r\n"s, "GET /  HTTP/1.1\r\n"s,
          "GET / HTTP/1.1 \r\n"s, "GET\t/\tHTTP/1.1\r\n"s, "GET / x HTTP/1.1\r\n"s,
          "G@T / HTTP/1.1\r\n"s, "GET / HTTP/1.1\n"s, "GET / HTTP/1.1\r\r\n"s,
          "\x16\x03\x01\x02"s, "GET / HTTP/1.1\r\nHost: h\n\r\n"s,
          "GET / HTTP/1.1\r\nHost: h\r\n\n"s, "GET / HTTP/1.1\r\nA: b\rc\r\n"s,
          "GET / HTTP/1.1\r\nA: b\r\n folded\r\n"s, "GET / HTTP/1.1\r\n\tA: b\r\n"s,
          "GET / HTTP/1.1\r\nA : b\r\n"s, "GET / HTTP/1.1\r\nA\t: b\r\n"s,
          "GET / HTTP/1.1\r\n: b\r\n"s, "GET / HTTP/1.1\r\nno colon\r\n"s,
          "GET / HTTP/1.1\r\nA(b): c\r\n"s, "GET / HTTP/1.1\r\n\xC3\xA4: c\r\n"s,
          "GET / HTTP/1.1\r\nA: \0"s, "GET / HTTP/1.1\r\nA: \x7F"s, "GET / HTTP/1.1\r\nA: \x1F"s,
          "GET / HTTP/1.1\r\nA\0: b"s, "GET /\0 HTTP/1.1"s, "G\0"s}) {
        EXPECT_EQ(error_of(text), errc::bad_request) << ::testing::PrintToString(text);
    }
}

// RFC 9112 §2.2: a few, as all that is read without a request has a bound.
TEST(http_head, empty_lines_before_a_request_are_skipped) {
    std::string lines;
    for (int count = 0; count < 8; ++count) {
        lines += "\r\n";
        EXPECT_FALSE(error_of(lines + std::string{sample})) << count;
        const auto read = request_of(lines + std::string{sample});
        expect_sample(read);
        EXPECT_EQ(read.byte_count(), sample.size());
    }
    EXPECT_EQ(error_of(lines + "\r\n" + std::string{sample}), errc::bad_request);
    EXPECT_EQ(error_of("\r\n\n"), errc::bad_request);
    EXPECT_EQ(error_of("\r\r\n"), errc::bad_request);
    EXPECT_EQ(error_of("\r\nHTTP/1.1 200 OK\r\n", http_kind::response), errc::bad_response);
    const http_limits exact{.bytes = sample.size(), .count = 100};
    EXPECT_FALSE(error_of(lines + std::string{sample}, http_kind::request, exact));
}

// RFC 9112 §5.2
TEST(http_head, folded_lines_of_a_response_are_joined_by_spaces) {
    const auto value_of = [](const std::string& fields) {
        const auto text = "HTTP/1.1 200 OK\r\n" + fields + "B: c\r\n\r\n";
        EXPECT_FALSE(error_of(text, http_kind::response)) << fields;
        auto parser = parser_of(text, http_kind::response);
        const auto head = parser.take_response();
        EXPECT_EQ(head.header("B"), "c") << fields;
        EXPECT_EQ(head.byte_count(), text.size());
        return std::string(head.header("A").value_or("none"));
    };
    EXPECT_EQ(value_of("A: b\r\n c\r\n"), "b   c");
    EXPECT_EQ(value_of("A: b \r\n\tc d\t\r\n"), "b   \tc d");
    EXPECT_EQ(value_of("A:\r\n value\r\n"), "value");
    EXPECT_EQ(value_of("A:\r\n \r\n\t\r\n value\r\n  \r\n"), "value");
    EXPECT_EQ(value_of("A: b\r\n \r\n c\r\n"), "b      c");
    EXPECT_EQ(value_of("A: b\r\n B: d\r\n"), "b   B: d");
    for (const auto& text : {" folded: x\r\n"s, "A: b\r\n c\rd\r\n"s, "A: b\r\n c\0"s,
                             "A: b\r\n c\n"s}) {
        EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\n" + text, http_kind::response),
                  errc::bad_response);
    }
}

TEST(http_head, a_megabyte_of_folds_is_linear) {
    std::string text = "HTTP/1.1 200 OK\r\nA: b\r\n";
    for (int i = 0; i < 350'000; ++i) text += " \r\n";
    for (int i = 0; i < 200'000; ++i) text += " c\r\n";
    text += "\r\n";
    auto parser = parser_of(text, http_kind::response, {.bytes = SIZE_MAX, .count = SIZE_MAX});
    ASSERT_EQ(parser.status(), state::done);
    EXPECT_EQ(parser.take_response().header("A")->back(), 'c');
}

TEST(http_head, every_byte_inside_a_value) {
    for (unsigned i = 0; i < 256; ++i) {
        const auto text = "GET / HTTP/1.1\r\nA: x"s + static_cast<char>(i) + "y\r\n\r\n";
        const bool legal = i == '\t' || (i >= 0x20 && i != 0x7F);
        EXPECT_EQ(parser_of(text).status(), legal ? state::done : state::failed) << i;
    }
}

TEST(http_head, a_failed_or_finished_parser_takes_nothing_more) {
    auto failed = parser_of("\n");
    EXPECT_EQ(failed.feed(bytes_of(sample)), 0U);
    auto done = parser_of(sample);
    EXPECT_EQ(done.feed(bytes_of(sample)), 0U);
    EXPECT_EQ(done.status(), state::done);
    EXPECT_FALSE(done.error());
}

TEST(http_head, responses) {
    auto parser = parser_of("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
                         http_kind::response);
    ASSERT_EQ(parser.status(), state::done);
    const auto head = parser.take_response();
    EXPECT_EQ(head.status(), 101);
    EXPECT_EQ(head.reason(), "Switching Protocols");
    EXPECT_EQ(head.header("upgrade"), "websocket");

    for (const auto* line : {"HTTP/1.1 404 ", "HTTP/1.0 404", "HTTP/1.1 404 Not \xC3\xA4\tFound"}) {
        auto other = parser_of(line + "\r\n\r\n"s, http_kind::response);
        ASSERT_EQ(other.status(), state::done) << line;
        EXPECT_EQ(other.take_response().status(), 404);
    }
}

TEST(http_head, malformed_responses) {
    for (const auto* line :
         {"", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1  101 x", "HTTP/1.1 10", "HTTP/1.1 1011 x",
          "HTTP/1.1 099 x", "HTTP/1.1 +10 x", "HTTP/1.1 1x1 x", "HTTP/1.1 101x", "HTTP/1.1\t101 x",
          "HTTP/1.1 101 a\rb", "http/1.1 101 x", "ICY 200 OK", "GET / HTTP/1.1"}) {
        EXPECT_EQ(error_of(line + "\r\n\r\n"s, http_kind::response), errc::bad_response) << line;
    }
    EXPECT_EQ(error_of("HTTP/2.0 200 OK\r\n\r\n", http_kind::response), errc::bad_http_version);
    EXPECT_EQ(error_of("HTTP/1.1 101 x\n", http_kind::response), errc::bad_response);
}

TEST(http_head, byte_limit_is_exact) {
    const http_limits exact{.bytes = sample.size(), .count = 100};
    const http_limits less{.bytes = sample.size() - 1, .count = 100};
    EXPECT_FALSE(error_of(sample, http_kind::request, exact));
    EXPECT_EQ(error_of(sample, http_kind::request, less), errc::header_too_large);
}

TEST(http_head, the_first_wrong_byte_decides_however_it_is_cut) {
    for (const auto& [text, why] : {std::pair{"GET /xx\0xxxxx"s, errc::bad_request},
                                    std::pair{"GET /xxxxx\0xx"s, errc::header_too_large}}) {
        for (const auto& sizes : testing::splittings(text.size())) {
            http_head_parser parser{http_kind::request, {.bytes = 10, .count = 100}};
            testing::feed_pieces(bytes_of(text), sizes,
                                 [&](auto piece) { (void)parser.feed(piece); });
            EXPECT_EQ(parser.error(), why);
        }
    }
}

// ws CVE-2024-37890: the number of headers, at the limit and one above.
TEST(http_head, count_limit_is_exact) {
    EXPECT_FALSE(error_of(sample, http_kind::request, {.bytes = 4096, .count = 6}));
    EXPECT_EQ(error_of(sample, http_kind::request, {.bytes = 4096, .count = 5}),
              errc::too_many_headers);
}

// tungstenite CVE-2023-43669, ws CVE-2021-32640: a megabyte of head, byte by byte.
TEST(http_head, a_megabyte_byte_by_byte_fails_early) {
    const std::string text = "GET / HTTP/1.1\r\nA: " + std::string(1 << 20, ' ');
    http_head_parser parser{http_kind::request};
    std::size_t fed = 0;
    while (fed < text.size() && parser.status() == state::more) {
        fed += parser.feed(bytes_of(std::string_view{text}.substr(fed, 1)));
    }
    EXPECT_EQ(parser.error(), errc::header_too_large);
    EXPECT_EQ(fed, http_limits{}.bytes + 1);
}

// The same without limits: were the work quadratic, this would take minutes.
TEST(http_head, a_megabyte_byte_by_byte_is_linear) {
    std::string text = "GET / HTTP/1.1\r\nA: " + std::string(1 << 20, ' ') + "x\r\n";
    for (int i = 0; i < 50'000; ++i) text += "B: c, d, e, f, g\r\n";
    text += "\r\n";
    http_head_parser parser{http_kind::request, {.bytes = SIZE_MAX, .count = SIZE_MAX}};
    for (std::size_t fed = 0; fed < text.size(); ++fed) {
        ASSERT_EQ(parser.feed(bytes_of(std::string_view{text}.substr(fed, 1))), 1U);
    }
    ASSERT_EQ(parser.status(), state::done);
    const auto head = parser.take_request();
    EXPECT_EQ(head.size(), 50'001U);
    EXPECT_EQ(head.header("A"), "x");
}

TEST(http_request, can_be_made_of_what_somebody_else_has_parsed) {
    const auto made =
        http_request::make("GET", "/chat?room=1", {{"Host", "example.org"}, {"A", " b "}});
    ASSERT_TRUE(made) << made.error().message();
    EXPECT_EQ(made->method(), "GET");
    EXPECT_EQ(made->path(), "/chat");
    EXPECT_EQ(made->query(), "room=1");
    EXPECT_EQ(made->host(), "example.org");
    EXPECT_EQ(made->header("a"), "b");
    EXPECT_EQ(made->size(), 2U);
    EXPECT_EQ(made->version_minor(), 1);
    const std::string_view whole =
        "GET /chat?room=1 HTTP/1.1\r\nHost: example.org\r\nA:  b \r\n\r\n";
    EXPECT_EQ(made->byte_count(), whole.size());
    EXPECT_EQ(http_request::make("GET", "/", {}, 0)->version_minor(), 0);
}

TEST(http_request, cannot_be_made_of_what_no_head_could_have_held) {
    const auto error = [](std::string_view method, std::string_view target,
                          const http_fields& headers = {}, int minor = 1) {
        return http_request::make(method, target, headers, minor).error();
    };
    EXPECT_EQ(error("G T", "/"), errc::bad_request);
    EXPECT_EQ(error("", "/"), errc::bad_request);
    EXPECT_EQ(error("GET", ""), errc::bad_request);
    EXPECT_EQ(error("GET", "nowhere"), errc::bad_request);
    EXPECT_EQ(error("GET", "/ HTTP/1.1\r\nA: b\r\nC: /"), errc::bad_request);
    EXPECT_EQ(error("GET", "/a b"), errc::bad_request);
    EXPECT_EQ(error("GET", "/", {{"A", "b\r\nC: d"}}), errc::bad_request);
    EXPECT_EQ(error("GET", "/", {{"A", std::string("\0", 1)}}), errc::bad_request);
    EXPECT_EQ(error("GET", "/", {{"A B", "c"}}), errc::bad_request);
    EXPECT_EQ(error("GET", "/", {{"", "c"}}), errc::bad_request);
    EXPECT_EQ(error("GET", "/", {}, 10), errc::bad_http_version);
    EXPECT_EQ(error("GET", "/", {}, -1), errc::bad_http_version);
}

} // namespace
} // namespace weft
