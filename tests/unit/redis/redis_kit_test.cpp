// SPDX-License-Identifier: MIT
// The broker kit on a Redis broker.
#include <weft/testing/broker_kit.hpp>

#include "redis_fixture.hpp"

namespace weft::testing {
namespace {

/// Each check has topics of its own, by a prefix of its own.
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

class redis_kit : public redis_fixture {};

TEST_F(redis_kit, finds_nothing_in_the_broker) {
    int number = 0;
    const auto make = [&] {
        redis_options each = options();
        each.prefix = "check[" + std::to_string(number++) + "]:";
        return std::make_unique<redis_under_test>(each);
    };
    const auto findings = check_broker(make);
    for (const auto& one : findings) ADD_FAILURE() << one;
    EXPECT_GT(number, 10);
}

} // namespace
} // namespace weft::testing
