// SPDX-License-Identifier: MIT
// Dates of HTTP in their three forms, and Retry-After.
#include <gtest/gtest.h>

#include <array>
#include <string>

#include <weft/core/http_date.hpp>

namespace weft {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr sys_seconds example_date =
    sys_days(std::chrono::year(1994) / std::chrono::November / 6) + 8h + 49min + 37s;

http_response_head response_with(std::string_view retry) {
    http_head_parser parser(http_kind::response);
    const std::string text = "HTTP/1.1 503 Busy\r\n" + std::string(retry) + "\r\n";
    static_cast<void>(parser.feed(std::as_bytes(std::span(text))));
    return parser.take_response();
}

std::optional<duration> wait_of(std::string_view value) {
    return retry_after(response_with("Retry-After: " + std::string(value) + "\r\n"), example_date);
}

TEST(http_date, is_read_in_each_of_its_forms) {
    EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), example_date);
    EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), example_date);
    EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994"), example_date);
    EXPECT_EQ(parse_http_date("Wed Nov 16 08:49:37 1994"), example_date + std::chrono::days(10));
    EXPECT_EQ(parse_http_date("Tuesday, 06-Nov-69 08:49:37 GMT"),
              sys_seconds(sys_days(std::chrono::year(2069) / 11 / 6) + 8h + 49min + 37s));
}

TEST(http_date, is_read_as_it_is_written) {
    for (const auto when : {example_date, sys_seconds(0s), example_date + 123'456'789s}) {
        EXPECT_EQ(parse_http_date(http_date(when)), when);
    }
}

TEST(http_date, of_another_form_is_none) {
    for (const char* text : {"", "Sun", "1994-11-06T08:49:37Z", "Sun, 6 Nov 1994 08:49:37 GMT",
                             "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
                             "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 31 Feb 1994 08:49:37 GMT",
                             "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Now 1994 08:49:37 GMT",
                             "Son, 06 Nov 1994 08:49:37 GMT", "Sunday, 06 Nov 1994 08:49:37 GMT",
                             "Sun, 06-Nov-94 08:49:37 GMT", "Sun Nov 6 08:49:37 1994",
                             "Sun, -6 Nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT"}) {
        EXPECT_FALSE(parse_http_date(text)) << text;
    }
}

TEST(retry_after, is_seconds_or_a_date) {
    EXPECT_EQ(wait_of("0"), 0s);
    EXPECT_EQ(wait_of("120"), 120s);
    EXPECT_EQ(wait_of("Sun, 06 Nov 1994 08:50:37 GMT"), 60s);
    EXPECT_EQ(wait_of("Sun, 06 Nov 1994 08:00:00 GMT"), 0s); // has passed
}

TEST(retry_after, is_at_most_a_year) {
    EXPECT_EQ(wait_of("99999999999999999999999999"), 24h * 365);
    EXPECT_EQ(wait_of("Fri, 31 Dec 9999 23:59:59 GMT"), 24h * 365);
}

TEST(retry_after, is_none_if_missing_or_invalid) {
    EXPECT_FALSE(retry_after(response_with(""), example_date));
    for (const char* value : {"", "-1", "1.5", "soon", "1 2", "0x10"}) {
        EXPECT_FALSE(wait_of(value)) << value;
    }
}

} // namespace
} // namespace weft
