// SPDX-License-Identifier: MIT
// History, and subscribers that come back: they get what they missed, once and in order, or
// `recovered` is false.
#include "hub_fixture.hpp"

namespace weft::testing {
namespace {

class recovery_test : public hub_fixture {
public:
    std::optional<subscribed> begun;

    void SetUp() override { start_with({5, 1min}); }

    void start_with(history_limits limits, std::size_t recovered_max = 1000) {
        hub_options options;
        options.history = limits;
        options.recovered_max = recovered_max;
        start(std::move(options));
    }

    subscribe_options since(std::optional<position> where) {
        subscribe_options options;
        options.since = where;
        options.done = [this](connection&, const subscribed& how) { begun = how; };
        return options;
    }

    position publish_and_ask(message what) {
        position given;
        topics->publish("news", what, {}, [&](result<position> at) { given = *at; });
        driver.settle();
        return given;
    }
};

TEST_F(recovery_test, gives_what_was_missed_and_goes_on_live) {
    publish("news", "1");
    const position seen = publish_and_ask("2");
    publish("news", "3");
    publish("news", "4");
    auto& ann = join("news", since(seen));
    ASSERT_TRUE(begun);
    EXPECT_TRUE(begun->recovered);
    EXPECT_EQ(begun->missed, 2U);
    EXPECT_EQ(begun->at, seen);
    EXPECT_EQ(ann.received, (texts{"3", "4"}));
    publish("news", "5");
    EXPECT_EQ(ann.received, (texts{"3", "4", "5"}));
    EXPECT_EQ(topics->counters().recovered, 1U);
}

TEST_F(recovery_test, gives_nothing_to_a_client_that_missed_nothing) {
    const position seen = publish_and_ask("1");
    auto& ann = join("news", since(seen));
    ASSERT_TRUE(begun);
    EXPECT_TRUE(begun->recovered);
    EXPECT_EQ(begun->missed, 0U);
    publish("news", "2");
    EXPECT_EQ(ann.received, texts{"2"});
}

TEST_F(recovery_test, tells_a_client_that_missed_too_much) {
    const position seen = publish_and_ask("0");
    position last;
    for (int i = 1; i <= 6; ++i) last = publish_and_ask(std::to_string(i));
    auto& ann = join("news", since(seen));
    ASSERT_TRUE(begun);
    EXPECT_FALSE(begun->recovered);
    EXPECT_EQ(begun->at, last);
    publish("news", "7");
    EXPECT_EQ(ann.received, texts{"7"});
    EXPECT_EQ(topics->counters().unrecoverable, 1U);
}

TEST_F(recovery_test, tells_a_client_of_another_epoch) {
    position seen = publish_and_ask("1");
    ++seen.epoch;
    auto& ann = join("news", since(seen));
    ASSERT_TRUE(begun);
    EXPECT_FALSE(begun->recovered);
    publish("news", "2");
    EXPECT_EQ(ann.received, texts{"2"});
}

TEST_F(recovery_test, tells_a_client_that_claims_the_future) {
    position seen = publish_and_ask("1");
    seen.offset += 5;
    join("news", since(seen));
    ASSERT_TRUE(begun);
    EXPECT_FALSE(begun->recovered);
}

TEST_F(recovery_test, recovers_no_more_than_the_limit) {
    start_with({100, 1min}, 3);
    const position seen = publish_and_ask("0");
    for (int i = 1; i <= 4; ++i) publish("news", std::to_string(i));
    join("news", since(seen));
    ASSERT_TRUE(begun);
    EXPECT_FALSE(begun->recovered);
    begun.reset();
    join("news", since(position{seen.offset + 1, seen.epoch}));
    ASSERT_TRUE(begun);
    EXPECT_TRUE(begun->recovered);
}

TEST_F(recovery_test, forgets_what_is_too_old) {
    const position seen = publish_and_ask("1");
    publish("news", "2");
    pass(2min);
    join("news", since(seen));
    ASSERT_TRUE(begun);
    EXPECT_FALSE(begun->recovered);
}

TEST_F(recovery_test, reads_the_newest_of_a_history) {
    for (int i = 1; i <= 7; ++i) publish("news", std::to_string(i));
    texts read;
    topics->history("news", {std::nullopt, 2}, [&](result<history_page> page) {
        EXPECT_EQ(page->latest.offset, 7U);
        for (const auto& one : page->messages) read.push_back(one->data);
    });
    EXPECT_EQ(read, (texts{"6", "7"}));
}

TEST_F(recovery_test, delivers_what_is_published_inside_done) {
    const position seen = publish_and_ask("1");
    publish("news", "2");
    subscribe_options options;
    options.since = seen;
    options.done = [this](connection&, const subscribed&) { topics->publish("news", "3"); };
    auto& ann = join("news", std::move(options));
    publish("news", "4");
    EXPECT_EQ(ann.received, (texts{"2", "3", "4"}));
}

TEST_F(recovery_test, tells_the_position_after_which_a_new_client_hears_everything) {
    const position last = publish_and_ask("1");
    auto& ann = join("news", since(std::nullopt));
    ASSERT_TRUE(begun);
    EXPECT_EQ(begun->at, last);
    EXPECT_FALSE(begun->recovered);
    publish("news", "2");
    EXPECT_EQ(ann.received, texts{"2"});
}

TEST_F(recovery_test, may_be_given_up_inside_done) {
    const position seen = publish_and_ask("1");
    publish("news", "2");
    for (int way = 0; way < 3; ++way) {
        subscribe_options options;
        options.since = seen;
        options.done = [this, way](connection& c, const subscribed&) {
            if (way == 0) topics->unsubscribe(c, "news");
            if (way == 1) c.abort();
            if (way == 2) topics.reset();
        };
        auto& ann = join("news", std::move(options));
        EXPECT_EQ(ann.received, texts{}) << way;
    }
}

TEST_F(recovery_test, needs_no_history_for_transient_publications) {
    const position seen = publish_and_ask("1");
    publish_options options;
    options.transient = true;
    publish("news", "typing", options);
    publish("news", "2");
    auto& ann = join("news", since(seen));
    EXPECT_EQ(ann.received, texts{"2"});
    publish("news", "typing", options);
    EXPECT_EQ(ann.received, (texts{"2", "typing"}));
}

TEST_F(recovery_test, forgets_topics_that_nobody_uses) {
    auto broker = std::make_shared<memory_broker>();
    hub_options options;
    options.broker = broker;
    options.history = {5, 1min};
    start(std::move(options));
    for (int i = 0; i < 100; ++i) publish("topic " + std::to_string(i), "x");
    EXPECT_EQ(broker->topic_count(), 100U);
    pass(2min);
    for (int i = 0; i < 100; ++i) publish("other", "x");
    EXPECT_EQ(broker->topic_count(), 1U);
}

} // namespace
} // namespace weft::testing
