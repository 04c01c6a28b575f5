// SPDX-License-Identifier: MIT
// Time and turns by hand.
#include <weft/stream/manual_driver.hpp>

#include "probes.hpp"

#include <gtest/gtest.h>

namespace weft {
namespace {

TEST(manual_driver, time_is_what_advance_sets_and_never_goes_back) {
    manual_driver d(at(5));
    EXPECT_EQ(d.now(), at(5));
    d.advance(at(7));
    EXPECT_EQ(d.now(), at(7));
    d.advance(at(6));
    EXPECT_EQ(d.now(), at(7));
}

TEST(manual_driver, tells_when_it_wants_to_be_called) {
    log calls;
    manual_driver d;
    probe a(calls, "a");
    EXPECT_EQ(d.next_deadline(), never);
    EXPECT_FALSE(d.waiting());
    d.arm(a, at(3));
    EXPECT_EQ(d.next_deadline(), at(3));
    EXPECT_FALSE(d.waiting());
    EXPECT_FALSE(d.advance(at(2)));
    EXPECT_TRUE(d.advance(at(3)));
    EXPECT_EQ(calls, log{"a.expire"});
    EXPECT_EQ(d.next_deadline(), never);
}

TEST(manual_driver, a_turn_that_only_finishes_tasks_did_something) {
    log calls;
    manual_driver d;
    probe a(calls, "a");
    probe b(calls, "b");
    a.on_finish = [&] { d.defer(b); };
    d.at_turn_end(a);
    EXPECT_TRUE(d.waiting());
    while (d.advance(at(0))) {
    }
    EXPECT_EQ(calls, (log{"a.finish", "b.run"}));
}

TEST(manual_driver, settling_does_all_there_is) {
    log calls;
    manual_driver d;
    probe a(calls, "a");
    probe b(calls, "b");
    a.on_run = [&] { d.at_turn_end(b); };
    b.on_finish = [&] { d.arm(b, at(0)); };
    b.on_expire = [&] { d.mailbox()->post([&] { calls.push_back("posted"); }); };
    d.defer(a);
    EXPECT_TRUE(d.settle());
    EXPECT_EQ(calls, (log{"a.run", "b.finish", "b.expire", "posted"}));
    EXPECT_FALSE(d.waiting());
    EXPECT_FALSE(d.settle());
}

TEST(manual_driver, settles_from_a_handler) {
    log calls;
    manual_driver d;
    probe a(calls, "a");
    probe b(calls, "b");
    a.on_run = [&] {
        const driver::activity running(d, a);
        d.defer(b);
        d.settle();
        calls.push_back("back");
    };
    d.defer(a);
    d.settle();
    EXPECT_EQ(calls, (log{"a.run", "a.suspend", "b.run", "back"}));
}

TEST(manual_driver, keeps_to_a_budget) {
    manual_driver d;
    int ran = 0;
    for (int i = 0; i < 3; ++i) d.mailbox()->post([&] { ++ran; });
    EXPECT_TRUE(d.advance(at(0), {.handlers = 2}));
    EXPECT_EQ(ran, 2);
    EXPECT_TRUE(d.waiting());
    d.settle();
    EXPECT_EQ(ran, 3);
}

TEST(manual_driver, random_bytes_come_from_the_given_source) {
    struct sevens final : random_source {
        void fill(std::span<std::byte> bytes) noexcept override {
            for (auto& byte : bytes) byte = std::byte{7};
        }
    } source;
    manual_driver calls({}, source);
    std::byte drawn[5]{};
    calls.random().fill(drawn);
    for (const auto byte : drawn) EXPECT_EQ(byte, std::byte{7});

    manual_driver own;
    std::byte one[64]{};
    std::byte other[64]{};
    own.random().fill(one);
    own.random().fill(other);
    EXPECT_NE(std::vector(std::begin(one), std::end(one)),
              std::vector(std::begin(other), std::end(other)));
}

} // namespace
} // namespace weft
