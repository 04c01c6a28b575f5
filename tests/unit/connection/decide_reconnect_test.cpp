// SPDX-License-Identifier: MIT
// After which ends the standard decision is to open a connection again, and how soon.
#include <gtest/gtest.h>

#include <chrono>
#include <system_error>

#include <weft/connection/reconnect_options.hpp>
#include <weft/core/error.hpp>

namespace weft {
namespace {

using namespace std::chrono_literals;

report closed_by_peer(unsigned code) {
    report why;
    why.began = side::peer;
    why.received = close_frame{close_code(code), {}};
    return why;
}

report refused_with(int status) {
    report why;
    why.phase = phase::http;
    why.began = side::peer;
    why.error = errc::not_upgraded;
    why.http_status = status;
    return why;
}

TEST(decide_reconnect, by_close_code) {
    for (const unsigned code : {1000U, 1002U, 1003U, 1007U, 1008U, 1009U, 1010U, 3000U, 3003U}) {
        EXPECT_FALSE(decide_reconnect(closed_by_peer(code), {}).again) << code;
    }
    for (const unsigned code : {1001U, 1005U, 1011U, 1014U, 3001U, 4000U, 4999U}) {
        const auto how = decide_reconnect(closed_by_peer(code), {});
        EXPECT_TRUE(how.again) << code;
        EXPECT_EQ(how.at_least, 0s);
    }
    for (const unsigned code : {1012U, 1013U}) {
        const auto how = decide_reconnect(closed_by_peer(code), {});
        EXPECT_TRUE(how.again);
        EXPECT_EQ(how.at_least, 5s);
        EXPECT_EQ(how.spread, 25s);
    }
}

TEST(decide_reconnect, by_status) {
    for (const int status : {301, 400, 401, 403, 404, 405, 407, 410, 426}) {
        EXPECT_FALSE(decide_reconnect(refused_with(status), {}).again) << status;
    }
    for (const int status : {200, 408, 421, 425, 500, 502, 504, 599}) {
        const auto how = decide_reconnect(refused_with(status), {});
        EXPECT_TRUE(how.again) << status;
        EXPECT_EQ(how.at_least, 0s);
    }
    for (const int status : {429, 503}) {
        EXPECT_EQ(decide_reconnect(refused_with(status), {}).at_least, 5s) << status;
    }
}

TEST(decide_reconnect, by_error) {
    report why;
    for (const auto error : {errc::bad_header, errc::no_tls, errc::proxy_authentication,
                             errc::no_subprotocol, errc::insecure_redirect, errc::bad_accept}) {
        why.error = error;
        EXPECT_FALSE(decide_reconnect(why, {}).again) << why.error.message();
    }
    for (const auto error : {errc::connect_timeout, errc::unexpected_eof, errc::pong_timeout,
                             errc::proxy_refused, errc::handler_threw, errc::aborted}) {
        why.error = error;
        EXPECT_TRUE(decide_reconnect(why, {}).again) << why.error.message();
    }
    why.error = std::make_error_code(std::errc::connection_reset);
    EXPECT_TRUE(decide_reconnect(why, {}).again);
}

} // namespace
} // namespace weft
