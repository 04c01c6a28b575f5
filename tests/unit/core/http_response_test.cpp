// SPDX-License-Identifier: MIT
// Responses that an application answers: their bytes, and what is refused in them.
#include <weft/core/error.hpp>
#include <weft/core/http_head.hpp>

#include <gtest/gtest.h>

namespace weft {
namespace {

using namespace std::string_literals;

std::string serialized(const http_response& response, bool head_only = false) {
    const auto bytes = serialize(response, head_only);
    EXPECT_TRUE(bytes);
    return bytes ? *bytes : "";
}

TEST(http_response, with_a_body) {
    EXPECT_EQ(serialized({.status = 200, .headers = {{"X-A", "b"}}, .body = "hello\n"}),
              "HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Type: text/plain; charset=utf-8\r\n"
              "Content-Length: 6\r\nConnection: close\r\n\r\nhello\n");
    EXPECT_EQ(serialized({.status = 404, .headers = {{"content-type", "text/html"}}, .body = "x"}),
              "HTTP/1.1 404 Not Found\r\ncontent-type: text/html\r\n"
              "Content-Length: 1\r\nConnection: close\r\n\r\nx");
}

TEST(http_response, without_a_body) {
    EXPECT_EQ(serialized({.status = 503, .headers = {}, .body = ""}),
              "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n"
              "Connection: close\r\n\r\n");
    EXPECT_EQ(serialized({.status = 204, .headers = {}, .body = "ignored"}),
              "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(serialized({.status = 304, .headers = {{"ETag", "\"1\""}}, .body = ""}),
              "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\nConnection: close\r\n\r\n");
}

TEST(http_response, head_only_announces_the_body_it_leaves_out) {
    EXPECT_EQ(serialized({.status = 200, .headers = {}, .body = "hello"}, true),
              "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
              "Content-Length: 5\r\nConnection: close\r\n\r\n");
}

TEST(http_response, with_a_date_behind_which_the_connection_goes_on) {
    const std::chrono::sys_seconds date(std::chrono::seconds(951'827'696));
    const response_form form{.keep_alive = true, .date = date};
    EXPECT_EQ(*serialize({.status = 200, .headers = {}, .body = "x"}, form),
              "HTTP/1.1 200 OK\r\nDate: Tue, 29 Feb 2000 12:34:56 GMT\r\n"
              "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 1\r\n"
              "Connection: keep-alive\r\n\r\nx");
    const http_response dated{.status = 204, .headers = {{"date", "today"}}, .body = ""};
    EXPECT_EQ(*serialize(dated, form),
              "HTTP/1.1 204 No Content\r\ndate: today\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(http_date(std::chrono::sys_seconds()), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(http_response, upgrade_is_named_in_connection) {
    EXPECT_EQ(serialized({.status = 426, .headers = {{"Upgrade", "websocket"}}, .body = ""}),
              "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nContent-Length: 0\r\n"
              "Connection: close, Upgrade\r\n\r\n");
}

// undici CVE-2026-1527: line ends and NUL in what an application passes on.
TEST(http_response, refuses_injection) {
    for (const auto& value : {"a\r\nb: c"s, "a\rb"s, "a\nb"s, "a\0b"s, "\r\n"s, "a\x7F"s}) {
        const http_response response{.status = 200, .headers = {{"X", value}}, .body = ""};
        EXPECT_EQ(serialize(response).error(), errc::bad_header);
    }
    for (const auto& name : {""s, "a b"s, "a:"s, "a\r\nb"s, "a\0"s, "\xC3\xA4"s}) {
        const http_response response{.status = 200, .headers = {{name, "x"}}, .body = ""};
        EXPECT_EQ(serialize(response).error(), errc::bad_header);
    }
}

TEST(http_response, refuses_another_framing) {
    for (const auto* name : {"Content-Length", "transfer-encoding", "CONNECTION"}) {
        const http_response response{.status = 200, .headers = {{name, "1"}}, .body = ""};
        EXPECT_EQ(serialize(response).error(), errc::reserved_header) << name;
    }
}

TEST(http_response, refuses_a_status_that_is_no_final_answer) {
    for (const int status : {-1, 0, 99, 100, 101, 199, 600, 1000}) {
        const http_response response{.status = status, .headers = {}, .body = ""};
        EXPECT_EQ(serialize(response).error(), errc::bad_header) << status;
    }
}

TEST(http_response, every_status_has_a_reason) {
    EXPECT_EQ(http_reason(431), "Request Header Fields Too Large");
    EXPECT_EQ(http_reason(417), "Expectation Failed");
    EXPECT_EQ(http_reason(451), "Unavailable For Legal Reasons");
    EXPECT_EQ(http_reason(299), "Success");
    for (int status = -1; status < 1100; ++status) EXPECT_FALSE(http_reason(status).empty());
}

} // namespace
} // namespace weft
