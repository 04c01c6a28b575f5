// SPDX-License-Identifier: MIT
// Bodies of plain requests: where they end whatever the pieces they come in, and that nothing but
// their content costs much. RFC 9112 §6, §7.1.
#include "core/request_body.hpp"

#include <weft/core/error.hpp>

#include "guard_page.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weft {
namespace {

using namespace std::string_literals;
using testing::bytes_of;

http_request post(const http_fields& fields, int version_minor = 1) {
    return *http_request::make("POST", "/", fields, version_minor);
}

struct outcome {
    std::string body;
    std::size_t used = 0;
    bool done = false;
    std::error_code error;

    friend bool operator==(const outcome&, const outcome&) = default;
};

outcome read(std::string_view text, const std::vector<std::size_t>& sizes,
             const session_limits& limits, const http_fields& fields) {
    auto reading = request_body::framed_by(post(fields), limits);
    EXPECT_TRUE(reading) << reading.error().message();
    outcome read;
    testing::feed_pieces(bytes_of(text), sizes, [&](std::span<std::byte> piece) {
        while (!piece.empty() && !reading->done() && !reading->error()) {
            const auto used = reading->feed(piece, read.body);
            piece = piece.subspan(used);
            read.used += used;
        }
    });
    read.done = reading->done();
    read.error = reading->error();
    return read;
}

// What is read, which has to be the same however the text is cut.
outcome chunked(std::string_view text, const session_limits& limits = {}) {
    const http_fields fields{{"Transfer-Encoding", "Chunked"}};
    auto whole = read(text, {text.size()}, limits, fields);
    for (const auto& sizes : testing::splittings(text.size())) {
        const auto cut = read(text, sizes, limits, fields);
        EXPECT_EQ(cut.error, whole.error) << text;
        EXPECT_EQ(cut.done, whole.done) << text;
        if (whole.done) {
            EXPECT_EQ(cut.used, whole.used) << text;
        }
        if (!whole.error) {
            EXPECT_EQ(cut.body, whole.body) << text;
        }
    }
    return whole;
}

TEST(request_body, in_chunks) {
    const auto expect = [](std::string_view text, std::string_view body) {
        const auto is = chunked(std::string(text) + "GET /");
        EXPECT_EQ(is.body, body) << text;
        EXPECT_TRUE(is.done) << text;
        EXPECT_EQ(is.used, text.size()) << text;
    };
    expect("0\r\n\r\n", "");
    expect("5\r\nhello\r\n0\r\n\r\n", "hello");
    expect("2\r\nhe\r\n003\r\nllo\r\n000\r\n\r\n", "hello");
    expect("A\r\n0123456789\r\n0\r\n\r\n", "0123456789");
    expect("b\r\n012\r\n6789\r\n\r\n0\r\n\r\n", "012\r\n6789\r\n");
    expect("5;name=value;other=\"a;b\"\r\nhello\r\n0 ; x\r\n\r\n", "hello");
    expect("5\t;x\r\nhello\r\n0\r\nDigest: x\r\nEmpty:\r\n\r\n", "hello");
}

TEST(request_body, in_malformed_chunks) {
    for (const auto& text :
         {"\r\n"s, "x\r\n"s, " 5\r\n"s, "5 \r\n"s, "+5\r\n"s, "-5\r\n"s, "0x5\r\n"s,
          "5\n"s, "5\rx\r\n"s, "5;\0"s, "5;a\rb\r\n"s, "5;a\n"s, "5,5\r\n"s,
          "10000000000000000\r\n"s, "00000000000000005\r\n"s, "1\r\nab\r\n"s, "1\r\na\n"s,
          "1\r\na\r\rb"s, "1\r\na0\r\n"s, "0\r\n\n"s, "0\r\nno colon\r\n"s, "0\r\n: x\r\n"s,
          "0\r\nA : x\r\n"s, "0\r\n folded: x\r\n"s, "0\r\nA: b\n"s, "0\r\nA: \0"s}) {
        EXPECT_EQ(chunked(text).error, errc::bad_request) << ::testing::PrintToString(text);
    }
}

TEST(request_body, limits_are_exact) {
    const session_limits limits{.header_size_max = 10, .header_count_max = 2, .body_size_max = 5};
    EXPECT_TRUE(chunked("2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", limits).done);
    EXPECT_EQ(chunked("2\r\nhe\r\n4\r\n", limits).error, errc::body_too_large);
    EXPECT_EQ(chunked("6\r\n", limits).error, errc::body_too_large);
    EXPECT_EQ(chunked("FFFFFFFFFFFFFFFF\r\n", limits).error, errc::body_too_large);
    EXPECT_TRUE(chunked("1;1234\r\nx\r\n0;6789\r\n\r\n", limits).done);
    EXPECT_EQ(chunked("1;1234\r\nx\r\n0;67890\r\n\r\n", limits).error, errc::header_too_large);
    EXPECT_TRUE(chunked("0\r\nA: b\r\nC: d\r\n\r\n", limits).done);
    EXPECT_EQ(chunked("0\r\nA:\r\nB:\r\nC:\r\n\r\n", limits).error, errc::too_many_headers);
    EXPECT_EQ(chunked("0\r\nA: 345678901\r\n", limits).error, errc::header_too_large);
}

// Extensions and trailers without an end are content to nobody, so their bytes are few.
TEST(request_body, lines_without_an_end_are_noticed_early) {
    for (const std::string begin : {"1;", "0\r\nA: ", "0\r\n"}) {
        const auto text = begin + std::string(1 << 20, 'x');
        const auto is = read(text, std::vector<std::size_t>(text.size(), 1), {},
                             {{"Transfer-Encoding", "chunked"}});
        EXPECT_EQ(is.error, errc::header_too_large) << begin;
        EXPECT_LT(is.used, session_limits{}.header_size_max + 32) << begin;
    }
}

TEST(request_body, in_many_small_chunks_is_linear) {
    std::string text;
    for (int i = 0; i < 200'000; ++i) text += "1\r\nx\r\n";
    text += "0\r\n\r\n";
    const auto is = read(text, std::vector<std::size_t>(text.size(), 1),
                         {.body_size_max = 200'000}, {{"Transfer-Encoding", "chunked"}});
    EXPECT_TRUE(is.done);
    EXPECT_EQ(is.body.size(), 200'000U);
}

TEST(request_body, framings) {
    const auto error = [](const http_fields& fields, int minor = 1) {
        return request_body::framed_by(post(fields, minor), {}).error();
    };
    EXPECT_FALSE(error({}));
    EXPECT_FALSE(error({{"Content-Length", "5"}}, 0));
    EXPECT_EQ(error({{"Transfer-Encoding", "chunked"}}, 0), errc::bad_request);
    EXPECT_EQ(error({{"Transfer-Encoding", "chunked"}, {"Content-Length", "5"}}),
              errc::bad_request);
    EXPECT_EQ(error({{"Transfer-Encoding", "gzip, chunked"}}), errc::unknown_transfer_coding);
    EXPECT_EQ(error({{"Transfer-Encoding", "gzip"}, {"Transfer-Encoding", "chunked"}}),
              errc::unknown_transfer_coding);
    for (const auto* coding : {"", "gzip", "chunked, gzip", "chunked, chunked", ", chunked",
                               "chunked;q=1", "\"chunked\"", "xchunked", "g@zip, chunked"}) {
        EXPECT_EQ(error({{"Transfer-Encoding", coding}}), errc::bad_request) << coding;
    }
}

} // namespace
} // namespace weft
