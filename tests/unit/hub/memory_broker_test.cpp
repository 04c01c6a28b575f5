// SPDX-License-Identifier: MIT
// The memory broker between sessions on two drivers, and what it does when memory runs out: each
// call does all or nothing.
#include <new>

#include "hub_fixture.hpp"
#include "support/allocations.hpp"

namespace weft::testing {
namespace {

/// Counts publications, without needing memory.
struct counting_client final : broker_client {
    int received = 0;
    std::uint64_t last = 0; // offset

    void on_publication(std::string_view, const shared_publication& what) noexcept override {
        ++received;
        last = what->at.offset;
    }
    void on_interruption() noexcept override {}
};

class memory_broker_test : public ::testing::Test {
protected:
    manual_driver here{time_point(1s)};
    manual_driver there{time_point(1s)};
    counting_client own;
    counting_client other;

    static void publish(broker_session& by, std::string_view topic, std::string key = {},
                        completion<position> done = {}) {
        publication what;
        what.data = "some text that does not fit into the string itself, however short";
        publish_options options;
        options.idempotency_key = std::move(key);
        by.publish(topic, std::move(what), options, {10, 1min}, std::move(done));
    }

    /// Calls `work` with its allocation number `nth` failing; returns whether it threw.
    template <class Work>
    static bool throws_at(std::size_t nth, shortage kind, Work&& work) {
        const failing_allocation failing(nth, kind);
        try {
            work();
            return false;
        } catch (const std::bad_alloc&) {
            return true;
        }
    }
};

TEST_F(memory_broker_test, publishes_to_all_sessions_or_to_none) {
    memory_broker broker;
    const auto session = broker.open(own, here);
    const auto far = broker.open(other, there);
    const auto prefixed = broker.open(other, there);
    session->subscribe("news", topic_match::exact, {});
    far->subscribe("news", topic_match::exact, {});
    prefixed->subscribe("ne", topic_match::prefix, {});
    int published = 0;
    for (const auto kind : {shortage::once, shortage::lasting}) {
        bool threw = true;
        for (std::size_t nth = 1; threw; ++nth) {
            ASSERT_LT(nth, 200U);
            const std::string key = "a key of some length: " + std::to_string(published);
            int called = 0;
            threw = throws_at(nth, kind, [&] {
                publish(*session, "news", key, [&](result<position>) noexcept { ++called; });
            });
            published += threw ? 0 : 1;
            EXPECT_EQ(called, threw ? 0 : 1);
            there.settle();
            EXPECT_EQ(own.received, published) << nth;
            EXPECT_EQ(other.received, 2 * published) << nth;
            EXPECT_EQ(own.last, unsigned(published)) << nth;

            publish(*session, "news", key); // has an effect only if the first one had none
            published += threw ? 1 : 0;
            there.settle();
            EXPECT_EQ(own.received, published) << nth;
            EXPECT_EQ(other.received, 2 * published) << nth;
        }
    }
}

TEST_F(memory_broker_test, finds_the_other_prefixes_of_a_length_after_a_subscription_failed) {
    memory_broker broker;
    const auto session = broker.open(own, here);
    session->subscribe("ab", topic_match::prefix, {});
    bool threw = true;
    for (std::size_t nth = 1; threw; ++nth) {
        ASSERT_LT(nth, 50U);
        auto late = broker.open(other, here);
        threw = throws_at(nth, shortage::once,
                          [&] { late->subscribe("cd", topic_match::prefix, {}); });
        if (nth % 2 == 0) late->unsubscribe("cd", topic_match::prefix);
        late.reset();
        publish(*session, "abc");
        EXPECT_EQ(own.received, int(nth));
    }
    const auto again = broker.open(other, here);
    again->subscribe("cd", topic_match::prefix, {});
    publish(*session, "cde");
    here.settle();
    EXPECT_EQ(other.received, 1);
    session->unsubscribe("ab", topic_match::prefix);
    publish(*session, "cde");
    here.settle();
    EXPECT_EQ(other.received, 2);
}

TEST_F(memory_broker_test, delivers_what_waits_even_if_it_cannot_come_back_for_it) {
    memory_broker broker;
    const auto session = broker.open(own, here);
    const auto far = broker.open(other, there);
    far->subscribe("news", topic_match::exact, {});
    for (int i = 0; i < 1000; ++i) publish(*session, "news");
    EXPECT_EQ(other.received, 0);
    {
        const failing_allocation none(1, shortage::lasting);
        there.settle();
    }
    EXPECT_EQ(other.received, 1000);
    publish(*session, "news");
    there.settle();
    EXPECT_EQ(other.received, 1001);
}

TEST_F(memory_broker_test, leaves_a_part_of_what_waits_to_later_turns) {
    memory_broker broker;
    const auto session = broker.open(own, here);
    const auto far = broker.open(other, there);
    far->subscribe("news", topic_match::exact, {});
    for (int i = 0; i < 1000; ++i) publish(*session, "news");
    there.settle();
    EXPECT_EQ(other.received, 1000);
    EXPECT_EQ(other.last, 1000U);
}

TEST_F(memory_broker_test, remembers_no_idempotency_key_with_a_limit_of_zero) {
    memory_broker_options options;
    options.idempotency_keys_max = 0;
    memory_broker broker(options);
    const auto session = broker.open(own, here);
    session->subscribe("news", topic_match::exact, {});
    for (int i = 0; i < 3; ++i) publish(*session, "news", "order-17");
    EXPECT_EQ(own.received, 3);
}

TEST_F(memory_broker_test, remembers_the_newest_idempotency_keys) {
    memory_broker_options options;
    options.idempotency_keys_max = 2;
    memory_broker broker(options);
    const auto session = broker.open(own, here);
    session->subscribe("news", topic_match::exact, {});
    for (const char* const key : {"1", "2", "3", "2", "3"}) publish(*session, "news", key);
    EXPECT_EQ(own.received, 3);
    publish(*session, "news", "1");
    EXPECT_EQ(own.received, 4);
}

} // namespace
} // namespace weft::testing
