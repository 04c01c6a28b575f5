// SPDX-License-Identifier: MIT
// Subscribing, publishing and leaving.
#include <algorithm>
#include <stdexcept>

#include "hub_fixture.hpp"

namespace weft::testing {
namespace {

class hub_test : public hub_fixture {};

TEST_F(hub_test, publishes_to_subscribers_of_the_topic_and_to_nobody_else) {
    auto& ann = join("news");
    auto& bob = join("news");
    auto& cid = join("sport");
    auto& dan = visit();
    publish("news", "hello");
    EXPECT_EQ(ann.received, texts{"hello"});
    EXPECT_EQ(bob.received, texts{"hello"});
    EXPECT_EQ(cid.received, texts{});
    EXPECT_EQ(dan.received, texts{});
    EXPECT_EQ(topics->subscribers("news"), 2U);
    EXPECT_EQ(topics->subscribers("weather"), 0U);
    EXPECT_TRUE(topics->is_subscribed(*ann.served, "news"));
    EXPECT_FALSE(topics->is_subscribed(*ann.served, "sport"));
    EXPECT_EQ(topics->counters().deliveries, 2U);
}

TEST_F(hub_test, keeps_the_order_of_publications) {
    auto& ann = join("news");
    texts expected;
    for (int i = 0; i < 100; ++i) {
        expected.push_back(std::to_string(i));
        topics->publish("news", expected.back());
    }
    driver.settle();
    EXPECT_EQ(ann.received, expected);
}

TEST_F(hub_test, ends_a_subscription_on_request) {
    auto& ann = join("news");
    EXPECT_TRUE(topics->unsubscribe(*ann.served, "news"));
    EXPECT_FALSE(topics->unsubscribe(*ann.served, "news"));
    publish("news", "hello");
    EXPECT_EQ(ann.received, texts{});
    EXPECT_EQ(topics->topic_count(), 0U);
    EXPECT_EQ(topics->subscription_count(), 0U);
}

TEST_F(hub_test, ends_a_subscription_with_its_connection) {
    auto& ann = join("news");
    auto& bob = join("news");
    ASSERT_TRUE(topics->subscribe(*ann.served, "sport"));
    ann.own->close();
    driver.settle();
    EXPECT_EQ(topics->subscribers("news"), 1U);
    EXPECT_EQ(topics->subscribers("sport"), 0U);
    EXPECT_EQ(topics->topic_count(), 1U);
    bob.served->abort();
    driver.settle();
    EXPECT_EQ(topics->subscription_count(), 0U);
}

TEST_F(hub_test, survives_the_end_of_all_connections_by_destruction) {
    join("news");
    join("news");
    server.reset();
    driver.settle();
    EXPECT_EQ(topics->subscription_count(), 0U);
}

TEST_F(hub_test, refuses_what_cannot_be) {
    auto& ann = join("news");
    EXPECT_EQ(topics->subscribe(*ann.served, "news").error(), errc::already_subscribed);
    EXPECT_EQ(topics->subscribe(*ann.served, "").error(), errc::bad_argument);
    subscribe_options recalling;
    recalling.prefix = true;
    recalling.since = position{};
    EXPECT_EQ(topics->subscribe(*ann.served, "x", std::move(recalling)).error(),
              errc::bad_argument);
    ann.served->close();
    EXPECT_EQ(topics->subscribe(*ann.served, "sport").error(), errc::not_open);
    std::error_code refused;
    topics->publish("", "x", {}, [&](result<position> at) { refused = at.error(); });
    EXPECT_EQ(refused, errc::bad_argument);
}

TEST_F(hub_test, gives_publications_positions_in_sequence) {
    join("news");
    std::vector<position> all;
    for (int i = 0; i < 3; ++i) {
        topics->publish("news", "x", {}, [&](result<position> at) { all.push_back(*at); });
    }
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].offset, 1U);
    EXPECT_EQ(all[2].offset, 3U);
    EXPECT_EQ(all[0].epoch, all[2].epoch);
    EXPECT_EQ(position::parse(all[2].str()), all[2]);
    EXPECT_EQ(position::parse("17"), std::nullopt);
    EXPECT_EQ(position::parse("17-xyz"), std::nullopt);
    EXPECT_EQ(position::parse(""), std::nullopt);
}

TEST_F(hub_test, formats_once_for_all_subscribers) {
    int formatted = 0;
    hub_options options;
    options.format = [&](std::string_view topic, const publication& what, std::string& out) {
        ++formatted;
        out = std::string(topic) + '#' + std::to_string(what.at.offset) + ' ' + what.data;
    };
    start(std::move(options));
    auto& ann = join("news");
    auto& bob = join("news");
    auto& cid = join_prefix("ne");
    publish("news", "hello");
    EXPECT_EQ(ann.received, texts{"news#1 hello"});
    EXPECT_EQ(bob.received, texts{"news#1 hello"});
    EXPECT_EQ(cid.received, texts{"news#1 hello"});
    EXPECT_EQ(formatted, 1);
}

TEST_F(hub_test, a_publication_that_cannot_be_formatted_reaches_nobody) {
    int calls = 0;
    int errors = 0;
    driver.on_error([&](const std::exception_ptr&) { ++errors; });
    hub_options options;
    options.format = [&](std::string_view, const publication& what, std::string& out) {
        ++calls;
        out = "half of ";
        if (what.data == "bad") throw std::runtime_error("cannot format");
        out += what.data;
    };
    start(std::move(options));
    auto& ann = join("news");
    auto& bob = join("news");
    auto& cid = join_prefix("ne");
    publish("news", "bad");
    publish("news", "good");
    EXPECT_EQ(ann.received, texts{"half of good"});
    EXPECT_EQ(bob.received, texts{"half of good"});
    EXPECT_EQ(cid.received, texts{"half of good"});
    EXPECT_EQ(calls, 2) << "once for each publication";
    EXPECT_EQ(errors, 1);
}

TEST_F(hub_test, sends_only_to_those_that_pass_the_filter) {
    auto& ann = join("news");
    auto& bob = join("news");
    topics->publish_if("news", "hello", [&](connection& c) { return &c != ann.served; });
    driver.settle();
    EXPECT_EQ(ann.received, texts{});
    EXPECT_EQ(bob.received, texts{"hello"});
}

TEST_F(hub_test, matches_prefixes_on_request) {
    subscribe_options options;
    options.prefix = true;
    auto& ann = join("prices.", std::move(options));
    auto& bob = join("prices.eur");
    publish("prices.eur", "1");
    publish("prices.usd", "2");
    publish("price", "3");
    EXPECT_EQ(ann.received, (texts{"1", "2"}));
    EXPECT_EQ(bob.received, texts{"1"});
    EXPECT_TRUE(topics->unsubscribe_prefix(*ann.served, "prices."));
    publish("prices.eur", "4");
    EXPECT_EQ(ann.received, (texts{"1", "2"}));
    EXPECT_EQ(bob.received, (texts{"1", "4"}));
}

TEST_F(hub_test, tells_who_comes_and_goes) {
    texts log;
    topics->on_subscribe([&](const subscriber&, std::string_view topic) {
        log.push_back("+" + std::string(topic));
    });
    topics->on_unsubscribe([&](const subscriber& who, std::string_view topic) {
        log.push_back("-" + std::string(topic));
        EXPECT_NE(who.connection, connection_handle());
    });
    auto& ann = join("news");
    EXPECT_EQ(log, texts{"+news"});
    ASSERT_TRUE(topics->subscribe(*ann.served, "sport"));
    topics->unsubscribe(*ann.served, "sport");
    driver.settle();
    EXPECT_EQ(log, (texts{"+news", "+sport", "-sport"}));
    ann.own->abort();
    driver.settle();
    EXPECT_EQ(log, (texts{"+news", "+sport", "-sport", "-news"}));
}

TEST_F(hub_test, knows_who_is_present) {
    const auto present = [&] {
        texts all;
        topics->presence("room", [&](result<std::vector<presence_entry>> who) {
            for (const auto& one : *who) all.push_back(one.data);
        });
        std::sort(all.begin(), all.end());
        return all;
    };
    subscribe_options as_ann;
    as_ann.presence = "ann";
    auto& ann = join("room", std::move(as_ann));
    subscribe_options as_bob;
    as_bob.presence = "bob";
    auto& bob = join("room", std::move(as_bob));
    join("room");
    EXPECT_EQ(present(), (texts{"ann", "bob"}));
    topics->unsubscribe(*ann.served, "room");
    EXPECT_EQ(present(), texts{"bob"});
    bob.own->abort();
    driver.settle();
    EXPECT_EQ(present(), texts{});
}

TEST_F(hub_test, keeps_the_order_of_what_is_published_while_publishing) {
    auto& ann = join("news");
    auto& bob = join("news");
    bool first = true;
    topics->publish_if("news", "1", [&](connection&) {
        if (std::exchange(first, false)) topics->publish("news", "2");
        return true;
    });
    driver.settle();
    EXPECT_EQ(ann.received, (texts{"1", "2"}));
    EXPECT_EQ(bob.received, (texts{"1", "2"}));
}

TEST_F(hub_test, publishes_a_key_only_once) {
    auto& ann = join("news");
    publish_options once;
    once.idempotency_key = "order-17";
    std::vector<position> at;
    const auto note = [&](result<position> where) { at.push_back(*where); };
    topics->publish("news", "a", once, note);
    topics->publish("news", "b");
    topics->publish("news", "a", once, note);
    driver.settle();
    EXPECT_EQ(ann.received, (texts{"a", "b"}));
    ASSERT_EQ(at.size(), 2U);
    EXPECT_EQ(at[0], at[1]);
    pass(6min);
    topics->publish("news", "a", once, note);
    driver.settle();
    EXPECT_EQ(ann.received, (texts{"a", "b", "a"}));
}

TEST_F(hub_test, publishes_through_a_handle_until_the_hub_ends) {
    auto& ann = join("news");
    const hub_handle handle = topics->handle();
    EXPECT_TRUE(handle.publish("news", "1"));
    EXPECT_TRUE(handle.publish("news", "2"));
    EXPECT_EQ(ann.received, texts{});
    driver.settle();
    EXPECT_EQ(ann.received, (texts{"1", "2"}));
    EXPECT_FALSE(handle.publish("news", std::string(hub_handle::pending_max, 'x')));
    EXPECT_TRUE(handle.publish("news", "3"));
    topics.reset();
    driver.settle();
    EXPECT_EQ(ann.received, (texts{"1", "2"}));
    EXPECT_FALSE(handle.publish("news", "4"));
    EXPECT_FALSE(hub_handle().publish("news", "4"));
}

TEST_F(hub_test, publishes_binary_as_binary) {
    auto& ann = join("news");
    bool text = true;
    (void)ann;
    topics->history("news", {},
                    [&](result<history_page> page) { text = page->latest.offset != 0; });
    EXPECT_FALSE(text);
    publish("news", message::binary("\xff\x00"));
    EXPECT_EQ(ann.received.size(), 1U);
    EXPECT_FALSE(ann.end);
}

TEST_F(hub_test, acts_as_one_with_a_hub_that_shares_its_broker) {
    hub_options options;
    options.broker = std::make_shared<memory_broker>();
    hub_options same;
    same.broker = options.broker;
    start(std::move(options));
    std::optional<hub> other(std::in_place, driver, std::move(same));
    auto& ann = join("news");
    auto& bob = visit();
    ASSERT_TRUE(other->subscribe(*bob.served, "news"));
    other->publish("news", "1");
    publish("news", "2");
    EXPECT_EQ(ann.received, (texts{"1", "2"}));
    EXPECT_EQ(bob.received, (texts{"1", "2"}));
    other.reset();
    publish("news", "3");
    EXPECT_EQ(ann.received, (texts{"1", "2", "3"}));
    EXPECT_EQ(bob.received, (texts{"1", "2"}));
}

TEST_F(hub_test, publishes_with_the_common_history_if_history_of_throws) {
    int errors = 0;
    driver.on_error([&](const std::exception_ptr&) { ++errors; });
    hub_options options;
    options.history = {1, 1min};
    options.history_of = [](std::string_view) -> history_limits {
        throw std::runtime_error("no limits");
    };
    start(std::move(options));
    auto& ann = join("news");
    publish("news", "1");
    publish("news", "2");
    EXPECT_EQ(ann.received, (texts{"1", "2"}));
    EXPECT_EQ(errors, 2);
    std::size_t stored = 0;
    topics->history("news", {}, [&](result<history_page> page) { stored = page->messages.size(); });
    EXPECT_EQ(stored, 1U);
}

TEST_F(hub_test, may_be_destroyed_by_history_of) {
    hub_options options;
    options.history_of = [this](std::string_view) {
        topics.reset();
        return history_limits{};
    };
    start(std::move(options));
    topics->publish("news", "1", {}, [](result<position>) { ADD_FAILURE(); });
    EXPECT_FALSE(topics);
}

TEST_F(hub_test, may_outlive_its_driver) {
    auto own = std::make_unique<manual_driver>();
    hub late(*own);
    own.reset();
    late.publish("news", "x");
}

TEST_F(hub_test, publishes_nothing_to_clients_that_have_not_authenticated) {
    served_options.authenticate_within = 5s;
    on_message = [](connection& peer, message) { peer.confirm_authentication(); };
    hub_visitor& unknown = visit();
    const auto refused = topics->subscribe(*unknown.served, "news");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), errc::unauthenticated);
    publish("news", "secret");
    EXPECT_TRUE(unknown.received.empty());
    unknown.own->send("token");
    driver.settle();
    EXPECT_TRUE(topics->subscribe(*unknown.served, "news"));
    publish("news", "one");
    EXPECT_EQ(unknown.received, texts{"one"});
}

} // namespace
} // namespace weft::testing
