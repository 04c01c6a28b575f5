// SPDX-License-Identifier: MIT
// Runs the broker kit on Redis brokers.
#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include <weft/testing/broker_kit.hpp>

#include "redis_fixture.hpp"

namespace weft::testing {

class redis_under_test final : public broker_under_test {
public:
    explicit redis_under_test(const redis_options& options) : broker_(options) {}

    weft::broker& broker() override { return broker_; }
    weft::driver& driver() override { return loop_.driver(); }
    bool turn(duration at_most) override { return turn_of(loop_, at_most); }

private:
    event_loop loop_;
    redis_broker broker_;
};

/// Fails the test for each finding. The topics of each check have a prefix of their own.
inline void check_redis(redis_options options) {
    int number = 0;
    const auto findings = check_broker([&] {
        options.prefix = "check[" + std::to_string(number++) + "]:";
        return std::make_unique<redis_under_test>(options);
    });
    for (const auto& one : findings) ADD_FAILURE() << one;
    EXPECT_GT(number, 10);
}

} // namespace weft::testing
