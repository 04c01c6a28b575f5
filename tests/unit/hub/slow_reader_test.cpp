// SPDX-License-Identifier: MIT
// Subscribers that read too slowly: each policy, its counters, and its bound on memory.
#include <algorithm>

#include "hub_fixture.hpp"
#include "support/allocations.hpp"

namespace weft::testing {
namespace {

class slow_reader_test : public hub_fixture {
public:
    void SetUp() override {
        capacity = 1024;
        served_options.queue_size_max = 4096;
        hub_fixture::SetUp();
    }

    hub_visitor& join_slow(std::string_view topic, slow_reader policy, std::size_t queue_max) {
        return join(topic, when_slow(policy, queue_max));
    }

    /// Publishes so much that output waits for a client that does not read.
    void fill(std::string_view topic, int count) {
        for (int i = 0; i < count; ++i) publish(topic, numbered(i), keyed(std::to_string(i % 3)));
    }
};

TEST_F(slow_reader_test, is_closed_with_1013) {
    auto& slow = join_slow("news", slow_reader::close, 2048);
    auto& quick = join_slow("news", slow_reader::close, 2048);
    slow.stop_reading();
    fill("news", 20);
    EXPECT_EQ(topics->counters().closed, 1U);
    EXPECT_EQ(quick.received.size(), 20U);
    slow.read_on();
    driver.settle();
    ASSERT_TRUE(slow.end);
    EXPECT_EQ(slow.end->code(), close_code::try_again_later);
    EXPECT_LT(slow.received.size(), 20U);
    EXPECT_EQ(topics->subscribers("news"), 1U);
}

TEST_F(slow_reader_test, loses_the_oldest) {
    auto& slow = join_slow("news", slow_reader::drop_oldest, 2048);
    slow.stop_reading();
    fill("news", 40);
    EXPECT_LE(topics->queued_bytes(), 2048U);
    EXPECT_GT(topics->counters().dropped, 20U);
    slow.read_on();
    driver.settle();
    const auto read = numbers(slow.received);
    ASSERT_GE(read.size(), 4U);
    EXPECT_TRUE(std::is_sorted(read.begin(), read.end()));
    EXPECT_EQ(read.back(), 39);
    EXPECT_EQ(read[read.size() - 4], 36);
    EXPECT_EQ(read.size() + topics->counters().dropped, 40U);
    EXPECT_EQ(topics->queued_bytes(), 0U);
    fill("news", 2);
    EXPECT_EQ(slow.received.size(), read.size() + 2);
}

TEST_F(slow_reader_test, gets_the_newest_of_each_key) {
    auto& slow = join_slow("news", slow_reader::conflate, 64 * 1024);
    slow.stop_reading();
    fill("news", 40);
    EXPECT_LE(topics->queued_bytes(), 3 * 510U);
    slow.read_on();
    driver.settle();
    const auto read = numbers(slow.received);
    ASSERT_GE(read.size(), 3U);
    EXPECT_EQ(std::vector<int>(read.end() - 3, read.end()), (std::vector<int>{37, 38, 39}));
    EXPECT_EQ(read.size() + topics->counters().conflated, 40U);
    EXPECT_EQ(topics->counters().dropped, 0U);
}

TEST_F(slow_reader_test, shares_its_connection_fairly_between_topics) {
    subscribe_options options;
    options.when_slow = slow_reader::drop_oldest;
    auto& slow = join_slow("a", slow_reader::drop_oldest, 4096);
    ASSERT_TRUE(topics->subscribe(*slow.served, "b", std::move(options)));
    slow.stop_reading();
    fill("a", 20);
    fill("b", 20);
    slow.read_on();
    driver.settle();
    std::size_t count = 0;
    for (const int one : numbers(slow.received)) count += one == 19 ? 1 : 0;
    EXPECT_EQ(count, 2U);
}

TEST_F(slow_reader_test, that_ends_frees_what_waited) {
    auto& slow = join_slow("news", slow_reader::drop_oldest, 2048);
    slow.stop_reading();
    fill("news", 40);
    EXPECT_GT(topics->queued_bytes(), 0U);
    slow.served->abort();
    driver.settle();
    EXPECT_EQ(topics->queued_bytes(), 0U);
    EXPECT_EQ(topics->subscription_count(), 0U);
}

TEST_F(slow_reader_test, that_leaves_frees_what_waited) {
    auto& slow = join_slow("news", slow_reader::conflate, 2048);
    slow.stop_reading();
    fill("news", 40);
    topics->unsubscribe(*slow.served, "news");
    EXPECT_EQ(topics->queued_bytes(), 0U);
    slow.read_on();
    driver.settle();
    EXPECT_FALSE(slow.end);
}

// --- in the middle of a run, the publications of one turn that subscribers share

class hub_run_of_slow_readers : public hub_fixture {
protected:
    void SetUp() override {
        capacity = 1200;
        hub_fixture::SetUp();
    }

    /// Joins three subscribers, of which the second is slow, and publishes 20 messages in one turn
    /// and then 20 more. Returns the slow one.
    hub_visitor& publish_beside(slow_reader policy, std::size_t queue_max) {
        first = &join("news", when_slow(policy, queue_max));
        auto& middle = join("news", when_slow(policy, queue_max));
        last = &join("news", when_slow(policy, queue_max));
        middle.stop_reading();
        say_many("news", 20);
        driver.settle();
        for (int i = 20; i < 40; ++i) publish("news", numbered(i), keyed(std::to_string(i % 3)));
        EXPECT_EQ(numbers(first->received), up_to(40));
        EXPECT_EQ(numbers(last->received), up_to(40));
        return middle;
    }

    hub_visitor* first = nullptr;
    hub_visitor* last = nullptr;
};

TEST_F(hub_run_of_slow_readers, one_is_closed_and_has_what_was_sent_before) {
    auto& middle = publish_beside(slow_reader::close, 16 * 1024);
    EXPECT_EQ(topics->counters().closed, 1U);
    middle.read_on();
    driver.settle();
    ASSERT_TRUE(middle.end);
    const auto read = numbers(middle.received);
    EXPECT_EQ(read, up_to(static_cast<int>(read.size())));
    EXPECT_GT(read.size(), 20U);
    EXPECT_LT(read.size(), 40U);
}

TEST_F(hub_run_of_slow_readers, one_loses_the_oldest_in_the_middle) {
    auto& middle = publish_beside(slow_reader::drop_oldest, 2048);
    EXPECT_LE(topics->queued_bytes(), 2048U);
    middle.read_on();
    driver.settle();
    const auto read = numbers(middle.received);
    ASSERT_GE(read.size(), 20U);
    EXPECT_EQ(std::vector<int>(read.begin(), read.begin() + 20), up_to(20)); // the first turn's
    EXPECT_TRUE(std::is_sorted(read.begin(), read.end()));
    EXPECT_EQ(read.back(), 39);
    EXPECT_EQ(read.size() + topics->counters().dropped, 40U);
    EXPECT_EQ(topics->queued_bytes(), 0U);
}

TEST_F(hub_run_of_slow_readers, one_gets_the_newest_of_each_key) {
    auto& middle = publish_beside(slow_reader::conflate, 64 * 1024);
    middle.read_on();
    driver.settle();
    const auto read = numbers(middle.received);
    ASSERT_GE(read.size(), 3U);
    EXPECT_EQ(std::vector<int>(read.end() - 3, read.end()), (std::vector<int>{37, 38, 39}));
    EXPECT_EQ(read.size() + topics->counters().conflated, 40U);
}

TEST_F(hub_run_of_slow_readers, keep_one_copy_of_what_they_wait_for) {
    constexpr std::size_t count = 50;
    for (std::size_t i = 0; i < count; ++i) {
        join("news", when_slow(slow_reader::drop_oldest, 64 * 1024)).stop_reading();
    }
    const live_memory memory;
    say_many("news", 20); // 10 KB
    driver.settle();
    EXPECT_GE(visitors.front()->served->buffered_amount(), 8000U);
    EXPECT_LT(memory.now(), 64 * 1024 + count * (capacity + 2500));
    for (const auto& one : visitors) one->read_on();
    driver.settle();
    for (const auto& one : visitors) EXPECT_EQ(numbers(one->received), up_to(20));
}

} // namespace
} // namespace weft::testing
