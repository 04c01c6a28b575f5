// SPDX-License-Identifier: MIT
// The order of attempts and their times, on a clock that is only a number.
#include <gtest/gtest.h>

#include "loop/address_race.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

std::vector<address> at(std::initializer_list<const char*> hosts) {
    std::vector<address> all;
    for (const char* host : hosts) all.push_back(*address::parse(host, 80));
    return all;
}

class racing : public ::testing::Test {
public:
    address_race race{250ms, 50ms};
    time_point start{1h};

    /// The host that is to be tried so long after the start; "" for none.
    std::string next(duration after = 0s) {
        const auto chosen = race.next(start + after);
        return chosen ? chosen->host() : "";
    }
};

TEST_F(racing, families_take_turns_and_ipv6_is_first) {
    race.add(at({"::1", "::2", "::3", "1.1.1.1", "2.2.2.2"}), start);
    race.complete();
    EXPECT_EQ(next(), "::1");
    EXPECT_EQ(next(249ms), "");
    EXPECT_EQ(next(250ms), "1.1.1.1");
    EXPECT_EQ(next(500ms), "::2");
    EXPECT_EQ(next(750ms), "2.2.2.2");
    EXPECT_FALSE(race.over());
    EXPECT_EQ(next(1000ms), "::3");
    EXPECT_TRUE(race.over());
    EXPECT_EQ(race.next_deadline(), never);
}

TEST_F(racing, first_address_of_a_mixed_portion_chooses_the_family) {
    race.add(at({"1.1.1.1", "2.2.2.2", "::1"}), start);
    EXPECT_EQ(next(), "1.1.1.1");
    EXPECT_EQ(next(250ms), "::1");
    EXPECT_EQ(next(500ms), "2.2.2.2");
}

TEST_F(racing, failure_lets_the_next_begin_at_once) {
    race.add(at({"::1", "1.1.1.1", "2.2.2.2"}), start);
    EXPECT_EQ(next(), "::1");
    EXPECT_EQ(next(1ms), "");
    race.hurry();
    EXPECT_EQ(next(1ms), "1.1.1.1");
    EXPECT_EQ(race.next_deadline(), start + 251ms) << "counted from the attempt before";
}

TEST_F(racing, ipv4_waits_a_little_for_ipv6) {
    race.add(at({"1.1.1.1"}), start);
    EXPECT_EQ(race.next_deadline(), start + 50ms);
    EXPECT_EQ(next(49ms), "");
    EXPECT_EQ(next(50ms), "1.1.1.1");
}

TEST_F(racing, ipv6_in_time_goes_first) {
    race.add(at({"1.1.1.1"}), start);
    race.add(at({"::1"}), start + 20ms);
    EXPECT_EQ(next(20ms), "::1");
    EXPECT_EQ(next(270ms), "1.1.1.1");
}

TEST_F(racing, ipv4_does_not_wait_when_no_more_will_come) {
    race.add(at({"1.1.1.1"}), start);
    race.complete();
    EXPECT_EQ(next(), "1.1.1.1");
}

TEST_F(racing, late_addresses_join_in) {
    EXPECT_EQ(next(), "");
    EXPECT_FALSE(race.over());
    race.add(at({"::1"}), start);
    EXPECT_EQ(next(), "::1");
    race.add(at({"1.1.1.1"}), start + 100ms);
    EXPECT_EQ(next(100ms), "");
    EXPECT_EQ(next(250ms), "1.1.1.1");
    race.add(at({"::2"}), start + 900ms);
    EXPECT_EQ(next(900ms), "::2") << "the pause is over already";
}

TEST_F(racing, no_address_is_tried_twice) {
    race.add(at({"::1", "::1"}), start);
    EXPECT_EQ(next(), "::1");
    race.add(at({"::1"}), start);
    race.complete();
    EXPECT_TRUE(race.over());
}

TEST_F(racing, address_that_is_put_back_comes_first) {
    race.add(at({"1.1.1.1", "::1"}), start);
    EXPECT_EQ(next(), "1.1.1.1");
    race.put_back(at({"1.1.1.1"}).front(), start + 10ms);
    EXPECT_EQ(next(9ms), "");
    EXPECT_EQ(next(10ms), "1.1.1.1");
    EXPECT_EQ(next(260ms), "::1");
}

TEST_F(racing, number_of_addresses_is_limited) {
    std::vector<address> many;
    for (int i = 0; i < 1000; ++i) {
        many.push_back(address::ipv4({10, 0, std::uint8_t(i / 256), std::uint8_t(i % 256)}, 80));
    }
    race.add(many, start);
    race.complete();
    std::size_t tried = 0;
    for (; !race.over(); ++tried) {
        race.hurry();
        ASSERT_NE(next(), "");
    }
    EXPECT_EQ(tried, address_race::addresses_max);
}

TEST_F(racing, delays_may_be_none_or_endless) {
    address_race eager(-1s, -1s);
    eager.add(at({"1.1.1.1", "2.2.2.2"}), start);
    EXPECT_TRUE(eager.next(start));
    EXPECT_TRUE(eager.next(start));

    address_race patient(duration::max(), duration::max());
    patient.add(at({"1.1.1.1"}), start);
    EXPECT_FALSE(patient.next(start + 24h));
    patient.add(at({"::1"}), start);
    EXPECT_TRUE(patient.next(start + 24h));
    EXPECT_FALSE(patient.next(start + 48h));
    patient.hurry();
    EXPECT_TRUE(patient.next(start + 48h));
}

} // namespace
} // namespace weft::testing
