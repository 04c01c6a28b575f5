// SPDX-License-Identifier: MIT
// What a session sends from time to time, so that Redis remembers presence and topics: how much of
// it waits while Redis does not answer.
#include "redis_fixture.hpp"

namespace weft::testing {
namespace {

constexpr int entry_count = 150;

class redis_upkeep : public redis_fixture {
protected:
    /// The limit is above what one refresh needs, and far below what several need.
    redis_options limited() {
        redis_options made = options();
        made.pending_max = 40'000;
        return made;
    }

    void enter_all(redis_listener& who) {
        for (int i = 0; i < entry_count; ++i) {
            who.session->enter("room", {std::to_string(i), std::string(100, 'x')});
            if (i % 50 == 49) presence(who, "room"); // waits until all are answered
        }
    }

    /// Redis answers only what writes nothing.
    void pause_writes() { EXPECT_EQ(order({"CLIENT", "PAUSE", "60000", "WRITE"}), "OK"); }
    void allow_writes() { EXPECT_EQ(order({"CLIENT", "UNPAUSE"}), "OK"); }

    void pass(duration time) {
        const auto end = std::chrono::steady_clock::now() + time;
        until([&] { return std::chrono::steady_clock::now() >= end; });
    }

    void expect_room(redis_listener& who) {
        EXPECT_NE(begin_publishing(who, "other", "x")->error, errc::queue_full);
    }
};

TEST_F(redis_upkeep, of_presence_does_not_pile_up_while_connections_end) {
    redis_options flapping = limited();
    flapping.response_timeout = 50ms;
    redis_broker broker(flapping);
    redis_listener one(broker, loop);
    enter_all(one);
    order({"DEL", "weft:p:room"});
    pause_writes();
    expect_room(one);
    ASSERT_TRUE(until([&] { return count_troubles(redis_error::timeout) >= 8; }));
    expect_room(one);
    one.session->leave("room", "0");
    one.session->enter("room", {"new", ""});
    allow_writes();
    ASSERT_TRUE(until([&] { return presence(one, "room").size() == std::size_t(entry_count); }));
}

TEST_F(redis_upkeep, of_presence_is_not_sent_again_before_it_is_answered) {
    redis_options slow = limited();
    slow.response_timeout = 0ms;
    slow.presence_time = 300ms;
    redis_broker broker(slow);
    redis_listener one(broker, loop);
    enter_all(one);
    pause_writes();
    pass(1s); // ten times
    expect_room(one);
    allow_writes();
    ASSERT_TRUE(until([&] { return presence(one, "room").size() == std::size_t(entry_count); }));
}

TEST_F(redis_upkeep, of_presence_sends_many_entries_in_a_command) {
    redis_broker broker(options());
    redis_listener one(broker, loop);
    enter_all(one);
    order({"DEL", "weft:p:room"});
    order({"CONFIG", "RESETSTAT"});
    order({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
    ASSERT_TRUE(until([&] { return !troubles.empty(); }));
    publish(one, "other", "x"); // may be sent before the refresh
    EXPECT_EQ(presence(one, "room").size(), std::size_t(entry_count));
    const std::string counts = order({"INFO", "commandstats"});
    EXPECT_NE(counts.find("cmdstat_evalsha:calls=4,"), std::string::npos) << counts;
}

TEST_F(redis_upkeep, of_presence_comes_before_what_asks_for_it) {
    redis_broker broker(options());
    redis_listener one(broker, loop);
    publish(one, "room", "x");
    for (int i = 0; i < 10; ++i) {
        const std::string id = std::to_string(i);
        order({"SCRIPT", "FLUSH"});
        one.session->enter("room", {id, ""});
        const auto all = presence(one, "room"); // both are sent again with new scripts
        EXPECT_EQ(all.size(), static_cast<std::size_t>(i) + 1) << id;
    }
}

TEST_F(redis_upkeep, of_topics_is_not_sent_again_before_it_is_answered) {
    redis_options slow = limited();
    slow.response_timeout = 0ms;
    slow.topic_time = 80ms;
    redis_broker broker(slow);
    redis_listener one(broker, loop);
    for (int i = 0; i < 30; ++i) subscribe(one, "topic " + std::to_string(i));
    pause_writes();
    pass(1s); // 50 times
    expect_room(one);
    allow_writes();
    publish(one, "topic 1", "x");
}

} // namespace
} // namespace weft::testing
