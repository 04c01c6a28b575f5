// SPDX-License-Identifier: MIT
// Close codes: every number of sixteen bits, and what an error tells the peer.
#include <weft/core/close_code.hpp>

#include <weft/core/error.hpp>

#include <gtest/gtest.h>

#include <system_error>

namespace weft {
namespace {

TEST(close_code, numbers_of_the_rfc) {
    EXPECT_EQ(static_cast<int>(close_code::unsupported_data), 1003);
    EXPECT_EQ(static_cast<int>(close_code::abnormal), 1006);
    EXPECT_EQ(static_cast<int>(close_code::internal_error), 1011);
    EXPECT_EQ(static_cast<int>(close_code::tls_handshake), 1015);
}

TEST(close_code, which_may_stand_in_a_frame) {
    for (unsigned number = 0; number <= 0xFFFF; ++number) {
        const bool reserved = number == 1004 || number == 1005 || number == 1006;
        const bool registered = number >= 1000 && number <= 1014 && !reserved;
        const bool open = number >= 3000 && number <= 4999;
        const auto code = static_cast<close_code>(number);
        ASSERT_EQ(may_be_sent(code), registered || open) << number;
        ASSERT_EQ(may_be_received(code), registered || open) << number;
    }
}

TEST(close_code, what_an_error_tells_the_peer) {
    EXPECT_EQ(close_code_for({}), close_code::normal);
    EXPECT_EQ(close_code_for(errc::bad_utf8), close_code::invalid_payload);
    EXPECT_EQ(close_code_for(errc::message_too_big), close_code::message_too_big);
    EXPECT_EQ(close_code_for(errc::frame_too_big), close_code::message_too_big);
    EXPECT_EQ(close_code_for(errc::too_many_fragments), close_code::policy_violation);
    EXPECT_EQ(close_code_for(errc::handler_threw), close_code::internal_error);
    EXPECT_EQ(close_code_for(errc::shut_down), close_code::going_away);
    EXPECT_EQ(close_code_for(errc::message_timeout), close_code::policy_violation);
    EXPECT_EQ(close_code_for(errc::pong_timeout), close_code::internal_error);
    EXPECT_EQ(close_reason_for(errc::pong_timeout), "ping timeout");
    EXPECT_EQ(close_reason_for(errc::shut_down), "shutting down");
    EXPECT_EQ(close_reason_for(errc::bad_utf8), "");
    EXPECT_EQ(close_code_for(std::make_error_code(std::errc::io_error)),
              close_code::internal_error);
    for (const auto fault :
         {errc::reserved_bits, errc::reserved_opcode, errc::bad_mask, errc::bad_length,
          errc::control_too_long, errc::control_fragmented, errc::unexpected_continuation,
          errc::expected_continuation, errc::bad_close_payload, errc::bad_close_code}) {
        EXPECT_EQ(close_code_for(fault), close_code::protocol_error) << make_error_code(fault);
    }
}

TEST(close_code, every_error_has_a_code_that_may_be_sent) {
    for (int value = 1; value <= static_cast<int>(errc::outcome_unknown); ++value) {
        EXPECT_TRUE(may_be_sent(close_code_for(static_cast<errc>(value)))) << value;
    }
}

TEST(close_code, names) {
    EXPECT_EQ(name(close_code::going_away), "going away");
    EXPECT_EQ(name(static_cast<close_code>(3000)), "unauthorized");
    EXPECT_EQ(name(static_cast<close_code>(3001)), "library code");
    EXPECT_EQ(name(static_cast<close_code>(4999)), "application code");
    for (unsigned number = 0; number <= 0xFFFF; ++number) {
        ASSERT_FALSE(name(static_cast<close_code>(number)).empty());
    }
}

} // namespace
} // namespace weft
