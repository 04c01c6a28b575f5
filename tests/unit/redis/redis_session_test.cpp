// SPDX-License-Identifier: MIT
// Sessions on several loops, and their ends.
#include <stdexcept>

#include <weft/stream/manual_driver.hpp>

#include "redis_fixture.hpp"
#include "support/in_child.hpp"

namespace weft::testing {
namespace {

class redis_sessions : public redis_fixture {
protected:
    /// Publishes with a filter that all pass.
    static shared_note<position> begin_publishing_to_some(redis_listener& who,
                                                          std::string_view topic) {
        publication some;
        some.data = "some";
        some.filter = [](connection&) { return true; };
        publish_options transient;
        transient.transient = true;
        const auto at = std::make_shared<noted<position>>();
        who.session->publish(topic, std::move(some), transient, {}, note(at));
        return at;
    }
};

TEST_F(redis_sessions, on_two_loops_see_each_other) {
    other_loop.emplace();
    redis_broker broker(options());
    redis_listener here(broker, loop);
    redis_listener there(broker, *other_loop);
    subscribe(here, "news");
    subscribe(there, "news");
    publish(here, "news", "1");
    publish(there, "news", "2");
    ASSERT_TRUE(until([&] { return here.received.size() == 2 && there.received.size() == 2; }));
    EXPECT_EQ(here.received, (texts{"1", "2"}));
    EXPECT_EQ(there.received, here.received);
    EXPECT_EQ(there.positions, here.positions);
}

TEST_F(redis_sessions, receive_filtered_publications_without_redis) {
    other_loop.emplace();
    redis_broker broker(options());
    redis_broker elsewhere(options()); // as in another process
    redis_listener here(broker, loop);
    redis_listener there(broker, *other_loop);
    redis_listener far(elsewhere, loop);
    subscribe(here, "news");
    subscribe(there, "ne", topic_match::prefix);
    subscribe(far, "news");
    EXPECT_EQ(outcome(begin_publishing_to_some(here, "news")), position());
    ASSERT_TRUE(until([&] { return !here.received.empty() && !there.received.empty(); }));
    publish(here, "news", "all");
    ASSERT_TRUE(until([&] { return !far.received.empty(); }));
    EXPECT_EQ(far.received, texts{"all"});
}

TEST_F(redis_sessions, do_not_see_channels_of_another_prefix_and_database) {
    redis_options ten = options();
    ten.prefix = "app";
    ten.database = 10;
    redis_options zero = options();
    zero.prefix = "app1";
    redis_broker broker(ten);
    redis_broker other(zero);
    redis_listener one(broker, loop);
    redis_listener two(other, loop);
    subscribe(one, "news");
    subscribe(two, "news");
    publish(one, "news", "of ten");
    publish(two, "news", "of zero");
    ASSERT_TRUE(until([&] { return !one.received.empty() && !two.received.empty(); }));
    publish(one, "news", "last");
    publish(two, "news", "last");
    ASSERT_TRUE(
        until([&] { return one.received.back() == "last" && two.received.back() == "last"; }));
    EXPECT_EQ(one.received, (texts{"of ten", "last"}));
    EXPECT_EQ(two.received, (texts{"of zero", "last"}));
}

TEST_F(redis_sessions, with_overlapping_prefixes_receive_once) {
    redis_broker broker(options());
    redis_listener one(broker, loop);
    subscribe(one, "", topic_match::prefix);
    subscribe(one, "a*", topic_match::prefix);
    subscribe(one, "a*[b]", topic_match::prefix);
    subscribe(one, "a*[b]?");
    publish(one, "a*[b]?", "1");
    publish(one, "a*[b]c", "2");
    one.session->unsubscribe("a*[b]?", topic_match::exact);
    publish(one, "a*[b]?", "3");
    one.session->unsubscribe("", topic_match::prefix);
    publish(one, "a*[b]?", "4");
    publish(one, "axb", "5");
    publish(one, "a*[b]?", "6");
    ASSERT_TRUE(until([&] { return !one.received.empty() && one.received.back() == "6"; }));
    EXPECT_EQ(one.received, (texts{"1", "2", "3", "4", "6"}));
}

TEST_F(redis_sessions, survive_the_loss_of_their_scripts) {
    redis_broker broker(options());
    redis_listener one(broker, loop);
    subscribe(one, "news");
    publish(one, "news", "0");
    EXPECT_EQ(order({"SCRIPT", "FLUSH"}), "OK");
    for (int i = 1; i <= 20; ++i) begin_publishing(one, "news", std::to_string(i));
    const position last = publish(one, "news", "21");
    EXPECT_EQ(last.offset, 22U);
    ASSERT_TRUE(until([&] { return one.received.size() == 22; }));
    EXPECT_EQ(one.received[20], "20");
    EXPECT_TRUE(troubles.empty());
}

TEST_F(redis_sessions, find_out_that_an_entry_of_the_history_has_expired) {
    redis_broker broker(options());
    redis_listener one(broker, loop);
    const auto first = std::make_shared<noted<position>>();
    one.session->publish("news", {}, {}, {10, 20ms}, note(first));
    const position begin = outcome(first);
    publish(one, "news", "long");
    ASSERT_TRUE(until([&] { return history(one, "news").messages.size() == 1; }));
    EXPECT_FALSE(history(one, "news", {position{0, begin.epoch}, 10}).complete);
    EXPECT_TRUE(history(one, "news", {begin, 10}).complete);
}

TEST_F(redis_sessions, keep_large_numbers_exact) {
    redis_broker broker(options());
    redis_listener one(broker, loop);
    subscribe(one, "news");
    order({"HSET", "weft:t:news", "offset", "1000000000000000"});
    const position at = publish(one, "news", "x");
    EXPECT_EQ(at.offset, 1000000000000001U);
    ASSERT_TRUE(until([&] { return !one.positions.empty(); }));
    EXPECT_EQ(one.positions[0], at);
    EXPECT_EQ(history(one, "news").messages.at(0)->at, at);
}

TEST_F(redis_sessions, forget_the_entries_of_a_process_that_has_died) {
    redis_options soon = options();
    soon.presence_time = 300ms;
    redis_broker broker(soon);
    redis_listener one(broker, loop);
    one.session->enter("room", {"1", "ann"});
    ASSERT_TRUE(until([&] { return presence(one, "room").size() == 1; }));
    order({"HSET", "weft:p:room", "2", "1 dead"}); // expired long ago
    const auto begin = std::chrono::steady_clock::now();
    ASSERT_TRUE(until([&] { return std::chrono::steady_clock::now() - begin > 700ms; }));
    const std::vector<presence_entry> only{{"1", "ann"}};
    EXPECT_EQ(presence(one, "room"), only) << "the entry was not repeated in time";
}

TEST_F(redis_sessions, leave_nothing_behind_when_they_end) {
    redis_broker broker(options());
    redis_listener watcher(broker, loop);
    {
        redis_listener one(broker, loop);
        subscribe(one, "room");
        one.session->enter("room", {"1", "ann"});
        ASSERT_TRUE(until([&] { return presence(watcher, "room").size() == 1; }));
    }
    ASSERT_TRUE(until([&] { return presence(watcher, "room").empty(); }));
    ASSERT_TRUE(until([&] { return order({"PUBLISH", "weft:c0:room", "x"}) == "0"; }));
}

TEST_F(redis_sessions, may_be_destroyed_at_any_point) {
    redis_broker broker(options());
    for (int when = 0; when < 12; ++when) {
        redis_listener one(broker, loop);
        const auto end = [&](auto) { one.session.reset(); };
        one.then = [&] { end(0); };
        int turns = when;
        one.session->subscribe("a", topic_match::exact, {});
        one.session->subscribe("p", topic_match::prefix, {});
        one.session->enter("a", {"1", ""});
        if (when % 3 == 1) one.session->history("a", {}, end);
        if (when % 3 == 2) one.session->presence("a", end);
        for (int i = 0; i < 5; ++i) begin_publishing(one, "a", "x");
        until([&] { return !one.session || turns-- == 0; });
    }
    redis_listener last(broker, loop);
    publish(last, "b", "x");
}

TEST_F(redis_sessions, may_outlive_their_loop) {
    redis_broker broker(options());
    std::optional<event_loop> brief(std::in_place);
    redis_listener one(broker, *brief);
    const auto unanswered = begin_publishing(one, "news", "x");
    turn_of(*brief, 10ms);
    brief.reset();
    EXPECT_EQ(unanswered->calls, 0);
    EXPECT_EQ(begin_publishing(one, "news", "y")->error, errc::gone);
    EXPECT_EQ(begin_publishing_to_some(one, "news")->error, errc::gone);
    one.session->unsubscribe("news", topic_match::exact);
}

TEST_F(redis_sessions, do_not_touch_the_parents_connection_in_a_child) {
    redis_broker broker(options());
    redis_listener one(broker, loop);
    subscribe(one, "news");
    one.session->enter("news", {"1", "ann"});
    publish(one, "news", "1");
    const int failed = in_child([&] {
        const auto at = begin_publishing(one, "news", "from the child");
        const auto to_some = begin_publishing_to_some(one, "news");
        const bool refused = at->error == errc::forked && to_some->error == errc::forked;
        one.session.reset();
        return refused ? 1 : 0;
    });
    EXPECT_EQ(failed, 1);
    publish(one, "news", "2");
    ASSERT_TRUE(until([&] { return one.received.size() == 2; }));
    EXPECT_EQ(presence(one, "news").size(), 1U);
    EXPECT_TRUE(troubles.empty());
}

TEST_F(redis_sessions, need_an_event_loop) {
    struct silent final : broker_client {
        void on_publication(std::string_view, const shared_publication&) noexcept override {}
        void on_interruption() noexcept override {}
    } client;
    redis_broker broker(options());
    manual_driver without_loop{time_point(1s)};
    EXPECT_THROW((void)broker.open(client, without_loop), std::invalid_argument);
}

} // namespace
} // namespace weft::testing
