// SPDX-License-Identifier: MIT
// What subscriptions cost, and what happens when memory runs out.
#include <new>

#include "hub_fixture.hpp"
#include "support/allocations.hpp"

namespace weft::testing {
namespace {

class hub_memory_test : public hub_fixture {};

TEST_F(hub_memory_test, takes_at_most_64_bytes_for_a_subscription) {
    constexpr std::size_t topic_count = 1000;
    constexpr std::size_t connections = 100;
    for (std::size_t i = 0; i < connections; ++i) visit();
    driver.settle();
    std::vector<std::string> names;
    for (std::size_t i = 0; i < topic_count; ++i) names.push_back("topic " + std::to_string(i));
    const live_memory memory;
    for (const auto& one : visitors) {
        for (const auto& name : names) ASSERT_TRUE(topics->subscribe(*one->served, name));
    }
    const double each = static_cast<double>(memory.now()) / (topic_count * connections);
    RecordProperty("bytes", std::to_string(each));
    EXPECT_LE(each, 64.0);
    for (const auto& one : visitors) topics->unsubscribe_all(*one->served);
    EXPECT_EQ(topics->topic_count(), 0U);
}

TEST_F(hub_memory_test, does_nothing_if_a_subscription_finds_no_memory) {
    auto& ann = join("news");
    auto& bob = visit();
    bool failed = true;
    for (std::size_t nth = 1; failed; ++nth) {
        subscribe_options options;
        options.presence = "a name that does not fit into the string itself, however short";
        {
            const failing_allocation shortage(nth);
            try {
                failed = !topics->subscribe(*bob.served, "a topic with a name of some length",
                                            std::move(options));
            } catch (const std::bad_alloc&) {
                failed = true;
            }
        }
        if (failed) {
            EXPECT_EQ(topics->subscription_count(), 1U) << nth;
            EXPECT_EQ(topics->topic_count(), 1U) << nth;
        }
    }
    driver.settle();
    EXPECT_EQ(topics->subscription_count(), 2U);
    publish("news", "1");
    EXPECT_EQ(ann.received, texts{"1"});
}

TEST_F(hub_memory_test, publishes_nothing_or_all_if_memory_runs_out) {
    hub_options options;
    options.history = {10, 1min};
    start(std::move(options));
    auto& ann = join("news");
    bool failed = true;
    texts expected;
    for (std::size_t nth = 1; failed; ++nth) {
        const std::string text = "publication " + std::to_string(nth);
        publish_options once;
        once.idempotency_key = "key " + std::to_string(nth);
        bool published = false;
        {
            const failing_allocation shortage(nth);
            try {
                topics->publish("news", text, once);
                failed = shortage.happened();
                published = !failed || topics->counters().publications != 0;
            } catch (const std::bad_alloc&) {
                failed = true;
            }
        }
        if (published) expected.push_back(text); // this allocates, too
        pass(1s); // what was published and not delivered is read from the history
        ASSERT_LT(nth, 200U);
        if (!ann.own) return; // its connection ended for lack of memory
    }
    EXPECT_EQ(ann.received, expected);
}

} // namespace
} // namespace weft::testing
