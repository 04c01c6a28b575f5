// SPDX-License-Identifier: MIT
// Reports: which close frame tells most, and the line for people.
#include <weft/core/report.hpp>

#include <gtest/gtest.h>

#include <sstream>

#include <weft/core/error.hpp>

namespace weft {
namespace {

TEST(report, tells_the_code_of_the_side_that_began) {
    report why;
    why.sent = close_frame{close_code::normal, "mine"};
    why.received = close_frame{close_code::going_away, "theirs"};
    EXPECT_TRUE(why.clean());
    why.began = side::local;
    EXPECT_EQ(why.code(), close_code::normal);
    EXPECT_EQ(why.reason(), "mine");
    why.began = side::peer;
    EXPECT_EQ(why.code(), close_code::going_away);
    EXPECT_EQ(why.reason(), "theirs");
}

TEST(report, falls_back_to_the_only_close_frame) {
    report why;
    why.began = side::peer;
    why.sent = close_frame{close_code::protocol_error, {}};
    EXPECT_FALSE(why.clean());
    EXPECT_EQ(why.code(), close_code::protocol_error);
}

TEST(report, is_abnormal_without_a_close_frame) {
    report why;
    why.error = errc::unexpected_eof;
    EXPECT_FALSE(why.clean());
    EXPECT_EQ(why.code(), close_code::abnormal);
    EXPECT_EQ(why.reason(), "");
}

TEST(report, is_not_clean_with_an_error) {
    report why;
    why.sent = why.received = close_frame{};
    EXPECT_TRUE(why.clean());
    why.error = errc::close_timeout;
    EXPECT_FALSE(why.clean());
}

TEST(report, says_a_clean_close_in_one_line) {
    report why;
    why.began = side::peer;
    why.received = close_frame{close_code::going_away, "restart"};
    why.sent = close_frame{close_code::going_away, {}};
    std::ostringstream line;
    line << why;
    EXPECT_EQ(line.str(), "closed by the peer: 1001 going away (restart)");
}

// The reason is the peer's to choose, and reports go to logs.
TEST(report, is_one_line_whatever_the_reason) {
    report why;
    why.began = side::peer;
    why.sent = why.received =
        close_frame{close_code::normal, "a\r\nroot logged in\x1b[2J\x7f \xc2\x9b" "2J \xc3\xa4 \t"};
    EXPECT_EQ(to_string(why),
              "closed by the peer: 1000 normal (a??root logged in?[2J? ?2J \xc3\xa4 ?)");
    EXPECT_EQ(why.reason(), why.received->reason);
}

TEST(report, says_a_failure_with_its_phase_error_and_status) {
    report why;
    why.phase = phase::http;
    why.began = side::peer;
    why.error = errc::not_upgraded;
    why.http_status = 404;
    EXPECT_EQ(to_string(why),
              "ended by the peer during HTTP: " + why.error.message() + "; HTTP status 404");
}

TEST(report, has_a_name_for_every_phase_and_side) {
    for (const auto which : {phase::resolve, phase::connect, phase::proxy, phase::tls, phase::http,
                             phase::websocket, phase::transfer}) {
        EXPECT_FALSE(name(which).empty());
    }
    for (const auto which : {side::local, side::peer, side::system}) {
        EXPECT_FALSE(name(which).empty());
    }
}

} // namespace
} // namespace weft
