// SPDX-License-Identifier: MIT
// What subscriptions cost, and what happens when memory runs out.
#include <new>

#include "hub_fixture.hpp"
#include "support/allocations.hpp"

namespace weft::testing {
namespace {

class hub_memory_test : public hub_fixture {
public:
    static subscribe_options as_prefix() {
        subscribe_options options;
        options.prefix = true;
        return options;
    }
};

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

TEST_F(hub_memory_test, a_prefix_receives_each_publication_or_its_connection_ends) {
    hub_options options;
    options.format = [](std::string_view topic, const publication& what, std::string& out) {
        out = std::string(topic) + " of " + what.data + ", in a text of some length";
    };
    start(std::move(options));
    hub_visitor* ann = &join("ne", as_prefix());
    bool failed = true;
    std::size_t expected = 0;
    for (std::size_t nth = 1; failed; ++nth) {
        ASSERT_LT(nth, 100U);
        {
            const failing_allocation shortage(nth);
            try {
                topics->publish("news", "x");
                failed = shortage.happened();
                ++expected;
            } catch (const std::bad_alloc&) {
                failed = true;
            }
        }
        driver.settle();
        if (ann->own) {
            EXPECT_EQ(ann->received.size(), expected) << nth;
            continue;
        }
        ann = &join("ne", as_prefix());
        expected = 0;
    }
}

TEST_F(hub_memory_test, a_prefix_that_found_no_memory_leaves_the_others_as_they_are) {
    auto& ann = join("ab", as_prefix());
    auto& bob = visit();
    bool failed = true;
    for (std::size_t nth = 1; failed; ++nth) {
        ASSERT_LT(nth, 100U);
        {
            const failing_allocation shortage(nth);
            try {
                failed = !topics->subscribe(*bob.served, "cd", as_prefix());
            } catch (const std::bad_alloc&) {
                failed = true;
            }
        }
        EXPECT_EQ(topics->topic_count(), failed ? 1U : 2U);
        publish("abc", "x");
        EXPECT_EQ(ann.received.size(), nth);
    }
    publish("cde", "x");
    EXPECT_EQ(bob.received.size(), 1U);
    EXPECT_TRUE(topics->unsubscribe_prefix(*bob.served, "cd"));
    publish("abc", "x");
    EXPECT_EQ(ann.received.back(), "x");
    EXPECT_EQ(topics->topic_count(), 1U);
}

TEST_F(hub_memory_test, a_subscription_that_found_no_memory_was_not_announced) {
    int begun = 0;
    topics->on_subscribe([&](const subscriber&, std::string_view) { ++begun; });
    topics->on_unsubscribe([](const subscriber&, std::string_view) { ADD_FAILURE(); });
    auto& ann = visit();
    bool failed = true;
    for (std::size_t nth = 1; failed; ++nth) {
        ASSERT_LT(nth, 100U);
        const failing_allocation shortage(nth);
        try {
            failed = !topics->subscribe(*ann.served, "a topic with a name of some length");
        } catch (const std::bad_alloc&) {
            failed = true;
        }
    }
    driver.settle();
    EXPECT_LE(begun, 1); // without memory for it, `on_subscribe` is not called
}

TEST_F(hub_memory_test, a_client_that_comes_back_without_memory_recovers_later) {
    hub_options options;
    options.history = {100, 1h};
    start(std::move(options));
    join("news");
    position seen;
    topics->publish("news", "0", {}, [&](result<position> at) { seen = *at; });
    for (int i = 1; i <= 3; ++i) publish("news", std::to_string(i));
    bool ran_out = true;
    for (std::size_t nth = 1; ran_out; ++nth) {
        ASSERT_LT(nth, 200U);
        auto& bob = visit();
        int calls = 0;
        subscribe_options back;
        back.since = seen;
        back.presence = "a name that does not fit into the string itself, however short";
        back.done = [&calls](connection&, const subscribed& how) {
            calls += how.recovered ? 1 : 99;
        };
        ASSERT_TRUE(topics->subscribe(*bob.served, "news", std::move(back)));
        {
            const failing_allocation shortage(nth);
            driver.settle();
            ran_out = shortage.happened();
        }
        pass(1s);
        if (bob.own) {
            EXPECT_EQ(calls, 1) << nth;
            EXPECT_EQ(bob.received, (texts{"1", "2", "3"})) << nth;
        }
        EXPECT_TRUE(ran_out || bob.own);
    }
}

} // namespace
} // namespace weft::testing
