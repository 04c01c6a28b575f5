// SPDX-License-Identifier: MIT
// What a session does when memory runs out: each call does all or nothing, and what is lost on the
// way is reported.
#include <new>

#include "redis_fixture.hpp"
#include "support/allocations.hpp"

namespace weft::testing {
namespace {

/// Counts what it receives, without needing memory.
struct counting_client final : broker_client {
    int received = 0;
    int interruptions = 0;

    void on_publication(std::string_view, const shared_publication&) noexcept override {
        ++received;
    }
    void on_interruption() noexcept override { ++interruptions; }
};

class redis_memory : public redis_fixture {
protected:
    /// Calls `work` with its allocation number `nth` failing; returns whether it threw.
    template <class Work>
    static bool throws_at(std::size_t nth, Work&& work) {
        const failing_allocation failing(nth);
        try {
            work();
            return false;
        } catch (const std::bad_alloc&) {
            return true;
        }
    }
};

TEST_F(redis_memory, a_call_does_all_or_nothing) {
    redis_broker broker(options());
    redis_listener one(broker, loop);
    subscribe(one, "news");
    const std::string text(100, 'x');
    std::size_t published = 0;
    bool threw = true;
    for (std::size_t nth = 1; threw; ++nth) {
        ASSERT_LT(nth, 200U);
        const auto at = std::make_shared<noted<position>>();
        publish_options once;
        once.idempotency_key = "a key of some length: " + std::to_string(nth);
        publication what;
        what.data = text;
        auto done = note(at);
        threw = throws_at(nth, [&] {
            one.session->publish("news", std::move(what), once, {10, 1min}, std::move(done));
        });
        if (threw) {
            EXPECT_EQ(at->calls, 0);
        } else {
            ASSERT_TRUE(until([&] { return at->calls == 1; }));
            published += at->error ? 0 : 1;
            threw = static_cast<bool>(at->error);
        }
    }
    publish(one, "news", "last");
    ASSERT_TRUE(until([&] { return one.received.size() == published + 1; }));
    for (const char* const topic : {"a", "b"}) {
        const auto how = topic[0] == 'a' ? topic_match::exact : topic_match::prefix;
        threw = true;
        for (std::size_t nth = 1; threw; ++nth) {
            ASSERT_LT(nth, 200U);
            const auto at = std::make_shared<noted<position>>();
            threw = throws_at(nth, [&] { one.session->subscribe(topic, how, note(at)); });
            if (threw) continue;
            ASSERT_TRUE(until([&] { return at->calls == 1; }));
            threw = static_cast<bool>(at->error);
        }
    }
    publish(one, "a", "x");
    publish(one, "bc", "y");
    EXPECT_TRUE(until([&] { return one.received.size() == published + 3; }));
}

TEST_F(redis_memory, a_filtered_publication_reaches_all_sessions_or_none) {
    redis_broker broker(options());
    redis_listener one(broker, loop);
    redis_listener two(broker, loop);
    redis_listener three(broker, loop);
    for (auto* const each : {&one, &two, &three}) subscribe(*each, "news");
    publish_options transient;
    transient.transient = true;
    std::size_t sent = 0;
    bool threw = true;
    for (std::size_t nth = 1; threw; ++nth) {
        ASSERT_LT(nth, 100U);
        publication some;
        some.data = std::to_string(nth);
        some.filter = [](connection&) { return true; };
        threw = throws_at(nth, [&] {
            one.session->publish("news", std::move(some), transient, {}, {});
        });
        sent += threw ? 0 : 1;
        publish(one, "news", "after");
        for (auto* const each : {&one, &two, &three}) {
            ASSERT_TRUE(until([&] {
                return !each->received.empty() && each->received.back() == "after" &&
                    each->received.size() == sent + nth;
            })) << nth;
        }
    }
    EXPECT_EQ(sent, 1U);
}

TEST_F(redis_memory, a_publication_that_finds_none_is_an_interruption) {
    redis_broker broker(options());
    counting_client client;
    const auto session = broker.open(client, loop.driver());
    const auto at = std::make_shared<noted<position>>();
    session->subscribe("news", topic_match::exact, note(at));
    outcome(at);
    const std::string text = "0 0 t0\n" + std::string(100, 'x');
    int arrived = 0;
    bool happened = true;
    for (std::size_t nth = 1; happened; ++nth) {
        ASSERT_LT(nth, 50U);
        order({"PUBLISH", "weft:c0:news", text});
        ++arrived;
        const auto has_arrived = [&] {
            return client.received + client.interruptions == arrived;
        };
        {
            const failing_allocation failing(nth);
            for (int i = 0; i < 10 && !has_arrived(); ++i) turn_of(loop, 100ms);
            happened = failing.happened();
        }
        ASSERT_TRUE(until(has_arrived)) << nth;
    }
    EXPECT_GT(client.interruptions, 0);
    EXPECT_GT(client.received, 0);
}

} // namespace
} // namespace weft::testing
