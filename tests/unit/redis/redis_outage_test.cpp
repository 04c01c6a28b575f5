// SPDX-License-Identifier: MIT
// What a session does while Redis is away, silent or restarted.
#include <cerrno>

#include "redis/redis_names.hpp"
#include "redis_fixture.hpp"

namespace weft::testing {
namespace {

class redis_outages : public redis_fixture {
protected:
    /// Publishes until that succeeds.
    bool publish_eventually(redis_listener& one) {
        return until([&] {
            const auto at = begin_publishing(one, "news", "1");
            return until([&] { return at->calls != 0; }) && !at->error;
        });
    }

    /// Publishes "1" to "3" with a subscriber, and waits until it has received them.
    position begin(redis_listener& one) {
        subscribe(one, "news");
        publish(one, "news", "1");
        publish(one, "news", "2");
        const position last = publish(one, "news", "3");
        EXPECT_TRUE(until([&] { return one.received.size() == 3; }));
        return last;
    }

    redis_options timed(duration response, duration check) {
        redis_options made = options();
        made.response_timeout = response;
        made.check_interval = check;
        return made;
    }

    void kill_and_await_notice() {
        server->kill();
        EXPECT_TRUE(until([&] { return !troubles.empty(); }));
    }

    void restart_and_await_interruption(redis_listener& one) {
        server->start();
        ASSERT_TRUE(server->runs());
        ASSERT_TRUE(until([&] { return one.interruptions != 0; }));
    }
};

TEST_F(redis_outages, positions_go_on_after_a_restart_with_all_data) {
    start_server({"--appendonly", "yes", "--appendfsync", "always"});
    redis_options kept = options();
    kept.keeps_data = true;
    redis_broker broker(kept);
    redis_listener one(broker, loop);
    const position before = begin(one);
    kill_and_await_notice();
    restart_and_await_interruption(one);
    const auto page = history(one, "news", {position{1, before.epoch}, 100});
    EXPECT_EQ(page.latest, before);
    EXPECT_TRUE(page.complete);
    ASSERT_EQ(page.messages.size(), 2U);
    EXPECT_EQ(page.messages[1]->data, "3");
    const position next = publish(one, "news", "4");
    EXPECT_EQ(next, (position{before.offset + 1, before.epoch}));
    EXPECT_TRUE(until([&] { return one.received.size() == 4; }));
}

TEST_F(redis_outages, an_epoch_ends_with_a_restart_that_may_have_lost_data) {
    start_server({"--appendonly", "yes"});
    redis_broker broker(options());
    redis_listener one(broker, loop);
    const position before = begin(one);
    kill_and_await_notice();
    restart_and_await_interruption(one);
    const auto page = history(one, "news", {before, 100});
    EXPECT_FALSE(page.complete);
    EXPECT_EQ(page.latest.offset, 0U);
    EXPECT_NE(page.latest.epoch, before.epoch);
    EXPECT_EQ(publish(one, "news", "4"), (position{1, page.latest.epoch}));
}

TEST_F(redis_outages, an_epoch_ends_when_the_data_is_lost) {
    redis_options kept = options();
    kept.keeps_data = true; // which is not true
    redis_broker broker(kept);
    redis_listener one(broker, loop);
    const position before = begin(one);
    kill_and_await_notice();
    restart_and_await_interruption(one);
    EXPECT_FALSE(history(one, "news", {before, 100}).complete);
    const position next = publish(one, "news", "4");
    EXPECT_EQ(next.offset, 1U);
    EXPECT_NE(next.epoch, before.epoch);
    EXPECT_TRUE(until([&] { return one.received.size() == 4; }));
}

TEST_F(redis_outages, an_epoch_ends_when_the_data_is_deleted) {
    redis_broker broker(options());
    redis_listener one(broker, loop);
    const position before = begin(one);
    EXPECT_EQ(order({"FLUSHALL"}), "OK");
    EXPECT_NE(publish(one, "news", "4").epoch, before.epoch);
    EXPECT_TRUE(until([&] { return one.received.size() == 4; }));
    EXPECT_EQ(one.interruptions, 0);
}

TEST_F(redis_outages, presence_comes_back) {
    redis_broker broker(options());
    redis_listener one(broker, loop);
    begin(one);
    one.session->enter("news", {"1", "ann"});
    one.session->enter("news", {"2", "bob"});
    kill_and_await_notice();
    one.session->leave("news", "2");
    one.session->enter("news", {"3", "cid"});
    restart_and_await_interruption(one);
    const std::vector<presence_entry> all{{"1", "ann"}, {"3", "cid"}};
    EXPECT_TRUE(until([&] { return presence(one, "news") == all; }));
}

TEST_F(redis_outages, what_is_called_meanwhile_waits) {
    redis_broker broker(options());
    redis_listener one(broker, loop);
    begin(one);
    kill_and_await_notice();
    const auto waits = begin_publishing(one, "news", "4");
    const auto at = std::make_shared<noted<position>>();
    one.session->subscribe("other", topic_match::exact, note(at));
    const auto page = std::make_shared<noted<history_page>>();
    one.session->history("news", {}, note(page));
    EXPECT_EQ(waits->calls + at->calls + page->calls, 0);
    server->start();
    EXPECT_EQ(outcome(waits).offset, 1U);
    outcome(at);
    EXPECT_EQ(outcome(page).messages.size(), 1U);
    EXPECT_EQ(waits->calls + at->calls + page->calls, 3);
}

TEST_F(redis_outages, what_waits_is_limited_in_bytes_and_in_time) {
    redis_options limited = options();
    limited.pending_max = 5000;
    limited.wait_max = 50ms;
    redis_broker broker(limited);
    redis_listener one(broker, loop);
    begin(one);
    kill_and_await_notice();
    const auto waits = begin_publishing(one, "news", std::string(3000, 'x'));
    const auto refused = begin_publishing(one, "news", std::string(3000, 'x'));
    EXPECT_EQ(refused->error, errc::queue_full);
    EXPECT_EQ(waits->calls, 0);
    const auto at = std::make_shared<noted<position>>();
    one.session->subscribe("other", topic_match::exact, note(at));
    EXPECT_TRUE(until([&] { return waits->calls != 0 && at->calls != 0; }));
    EXPECT_EQ(waits->error, std::errc::no_such_file_or_directory);
    EXPECT_TRUE(at->error);
    EXPECT_FALSE(begin_publishing(one, "news", std::string(3000, 'x'))->error);
}

TEST_F(redis_outages, what_is_called_meanwhile_fails_on_request) {
    redis_options failing = options();
    failing.when_away = redis_outage::fail;
    redis_broker broker(failing);
    redis_listener one(broker, loop);
    begin(one); // waits for the first connection nevertheless
    kill_and_await_notice();
    ASSERT_TRUE(until([&] { return had_trouble({ENOENT, std::system_category()}); }));
    EXPECT_TRUE(begin_publishing(one, "news", "x")->error);
    const auto at = std::make_shared<noted<position>>();
    one.session->subscribe("other", topic_match::exact, note(at));
    EXPECT_EQ(at->calls, 1);
    EXPECT_TRUE(at->error);
    restart_and_await_interruption(one);
    publish(one, "news", "4");
    EXPECT_TRUE(until([&] { return one.received.size() == 4; }));
}

TEST_F(redis_outages, the_outcome_of_an_unanswered_publication_is_unknown) {
    redis_broker broker(timed(100ms, 50ms));
    redis_listener one(broker, loop);
    begin(one);
    server->pause();
    const auto sent = begin_publishing(one, "news", "4");
    const auto page = std::make_shared<noted<history_page>>();
    one.session->history("news", {}, note(page));
    EXPECT_TRUE(until([&] { return sent->calls != 0; }));
    EXPECT_EQ(sent->error, errc::outcome_unknown);
    EXPECT_TRUE(until([&] { return count_troubles(redis_error::timeout) >= 2; }));
    EXPECT_EQ(page->calls, 0);
    server->resume();
    outcome(page); // was repeated
    EXPECT_TRUE(until([&] { return one.interruptions != 0; }));
    EXPECT_EQ(sent->calls, 1);
    EXPECT_EQ(page->calls, 1);
}

TEST_F(redis_outages, silence_is_noticed_without_an_operation) {
    redis_broker broker(timed(50ms, 50ms));
    redis_listener one(broker, loop);
    begin(one);
    server->pause();
    EXPECT_TRUE(until([&] { return count_troubles(redis_error::timeout) >= 2; }));
    server->resume();
    EXPECT_TRUE(until([&] { return one.interruptions != 0; }));
    publish(one, "news", "4");
    EXPECT_TRUE(until([&] { return one.received.size() == 4; }));
}

TEST_F(redis_outages, a_connection_without_traffic_stays) {
    redis_broker broker(timed(2s, 5ms));
    redis_listener one(broker, loop);
    begin(one);
    const auto start = std::chrono::steady_clock::now();
    until([&] { return std::chrono::steady_clock::now() - start > 200ms; });
    EXPECT_TRUE(troubles.empty());
}

/// The error that has delayed the first connection says nothing about the present one.
TEST_F(redis_outages, operations_wait_while_scripts_are_loaded_again) {
    for (const auto when_away : {redis_outage::wait, redis_outage::fail}) {
        redis_options guest = options();
        guest.user = guest.password = "guest";
        guest.when_away = when_away;
        redis_broker broker(guest);
        redis_listener one(broker, loop);
        troubles.clear();
        ASSERT_TRUE(until([&] { return count_troubles(redis_error::authentication) >= 2; }));
        order({"ACL", "SETUSER", "guest", "on", ">guest", "~*", "&*", "+@all"});
        ASSERT_TRUE(publish_eventually(one));
        EXPECT_EQ(order({"SCRIPT", "FLUSH"}), "OK");
        std::vector<shared_note<position>> all;
        ASSERT_TRUE(until([&] { // publishes in each turn, so also in those of loading
            all.push_back(begin_publishing(one, "news", "2"));
            return all.front()->calls != 0;
        }));
        for (const auto& each : all) outcome(each);
        order({"ACL", "DELUSER", "guest"});
    }
}

TEST_F(redis_outages, subscriptions_fail_with_the_reason_of_their_own_connection) {
    redis_options brief = options();
    brief.wait_max = 1ms;
    brief.backoff_min = brief.backoff_max = 100ms;
    brief.check_interval = 0ms;
    redis_broker broker(brief);
    server->kill();
    redis_listener one(broker, loop);
    ASSERT_TRUE(until([&] { return count_troubles({ENOENT, std::system_category()}) >= 2; }));
    server->start();
    ASSERT_TRUE(server->runs());
    const std::string idle = redis_names(brief).idle_channel();
    ASSERT_TRUE(until([&] { return order({"PUBLISH", idle, ""}) == "1"; }));
    ASSERT_TRUE(publish_eventually(one));
    order({"CLIENT", "KILL", "TYPE", "pubsub"});
    ASSERT_TRUE(until([&] { return had_trouble(redis_error::connection_lost); }));
    const auto at = std::make_shared<noted<position>>();
    one.session->subscribe("news", topic_match::exact, note(at));
    ASSERT_TRUE(until([&] { return at->calls != 0; }));
    EXPECT_EQ(at->error, redis_error::connection_lost);
}

TEST_F(redis_outages, subscriptions_fail_at_once_if_their_own_connection_is_refused) {
    order({"ACL", "SETUSER", "guest", "on", ">guest", "~*", "&*", "+@all", "-ping"});
    redis_options guest = options();
    guest.user = guest.password = "guest";
    redis_broker broker(guest);
    redis_listener one(broker, loop);
    publish(one, "news", "1");
    ASSERT_TRUE(until([&] { return had_trouble(redis_error::no_permission); }));
    const auto at = std::make_shared<noted<position>>();
    one.session->subscribe("news", topic_match::exact, note(at));
    EXPECT_EQ(at->error, redis_error::no_permission);
    order({"ACL", "SETUSER", "guest", "+ping"});
    ASSERT_TRUE(until([&] {
        const auto again = std::make_shared<noted<position>>();
        one.session->subscribe("news", topic_match::exact, note(again));
        return until([&] { return again->calls != 0; }) && !again->error;
    }));
}

TEST_F(redis_outages, connections_that_were_cut_are_restored) {
    redis_broker broker(options());
    redis_listener one(broker, loop);
    begin(one);
    for (const char* const which : {"pubsub", "normal"}) {
        const int before = one.interruptions;
        order({"CLIENT", "KILL", "TYPE", which, "SKIPME", "yes"});
        troubles.clear();
        ASSERT_TRUE(until([&] { return !troubles.empty(); }));
        if (which == std::string_view("pubsub")) {
            ASSERT_TRUE(until([&] { return one.interruptions == before + 1; }));
        }
        publish(one, "news", which);
        ASSERT_TRUE(until([&] { return one.received.back() == which; }));
    }
}

TEST_F(redis_outages, publications_are_never_lost_silently) {
    redis_broker broker(options());
    redis_listener one(broker, loop);
    begin(one);
    std::vector<shared_note<position>> all;
    for (int i = 0; i < 300; ++i) {
        all.push_back(begin_publishing(one, "news", "n" + std::to_string(i)));
        if (i % 50 == 25) order({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
        if (i % 7 == 0) turn_of(loop, 0ms);
    }
    ASSERT_TRUE(until([&] {
        for (const auto& each : all) {
            if (each->calls == 0) return false;
        }
        return true;
    }));
    texts stored;
    for (const auto& each : history(one, "news", {std::nullopt, 1000}).messages) {
        stored.push_back(each->data);
    }
    std::uint64_t last = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(all[i]->calls, 1);
        if (all[i]->error) {
            EXPECT_EQ(all[i]->error, errc::outcome_unknown);
            continue;
        }
        EXPECT_GT(all[i]->value->offset, last);
        last = all[i]->value->offset;
    }
    EXPECT_FALSE(stored.empty());
}

} // namespace
} // namespace weft::testing
