// SPDX-License-Identifier: MIT
// Results and errors: a value or a reason, and the conditions to compare reasons with.
#include <weft/core/result.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include <weft/core/error.hpp>
#include <weft/core/time.hpp>

namespace weft {
namespace {

TEST(result, holds_a_value) {
    result<std::string> found = "text";
    ASSERT_TRUE(found);
    EXPECT_EQ(*found, "text");
    EXPECT_EQ(found->size(), 4U);
    EXPECT_EQ(found.value_or("other"), "text");
    EXPECT_FALSE(found.error());
    EXPECT_EQ(std::move(found).value(), "text");
}

TEST(result, holds_a_reason) {
    const result<std::string> found = failure{errc::bad_uri};
    EXPECT_FALSE(found);
    EXPECT_FALSE(found.has_value());
    EXPECT_EQ(found.error(), errc::bad_uri);
    EXPECT_EQ(found.value_or("other"), "other");
}

TEST(result, holds_what_cannot_be_copied) {
    result<std::unique_ptr<int>> found = std::make_unique<int>(3);
    const auto moved = std::move(found).value();
    EXPECT_EQ(*moved, 3);
}

TEST(result, of_nothing_is_success_or_a_reason) {
    const result<void> success;
    const result<void> broken = failure{std::make_error_code(std::errc::io_error)};
    EXPECT_TRUE(success);
    EXPECT_FALSE(success.error());
    EXPECT_FALSE(broken);
    EXPECT_EQ(broken.error(), std::errc::io_error);
}

TEST(error, belongs_to_its_conditions_and_to_no_other) {
    EXPECT_EQ(make_error_code(errc::bad_utf8), condition::protocol_error);
    EXPECT_EQ(make_error_code(errc::message_too_big), condition::limit);
    EXPECT_EQ(make_error_code(errc::pong_timeout), condition::timeout);
    EXPECT_EQ(make_error_code(errc::not_open), condition::misuse);
    EXPECT_EQ(make_error_code(errc::proxy_refused), condition::refused);
    EXPECT_NE(make_error_code(errc::message_too_big), condition::protocol_error);
    EXPECT_NE(make_error_code(errc::bad_utf8), condition::refused);
    EXPECT_NE(make_error_code(errc::unexpected_eof), condition::timeout);
    EXPECT_NE(std::make_error_code(std::errc::timed_out), condition::limit);
}

TEST(error, has_words_for_every_code) {
    for (int code = 1; code <= static_cast<int>(errc::outcome_unknown); ++code) {
        const auto words = make_error_code(static_cast<errc>(code)).message();
        EXPECT_FALSE(words.empty()) << code;
        EXPECT_EQ(words.find("unknown"), words.npos) << code;
    }
}

TEST(deadline_after, saturates_and_takes_zero_for_never) {
    const time_point now{std::chrono::hours(1)};
    EXPECT_EQ(deadline_after(now, std::chrono::seconds(1)), now + std::chrono::seconds(1));
    EXPECT_EQ(deadline_after(now, duration::zero()), never);
    EXPECT_EQ(deadline_after(now, duration(-1)), never);
    EXPECT_EQ(deadline_after(now, duration::max()), never);
}

} // namespace
} // namespace weft
