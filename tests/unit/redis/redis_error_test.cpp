// SPDX-License-Identifier: MIT
// The errors of Redis: how its replies are classified, and what a session does about them.
#include <filesystem>
#include <functional>

#include "redis/redis_operation.hpp"
#include "redis_fixture.hpp"

namespace weft::testing {
namespace {

TEST(redis_errors, are_classified_by_the_text_of_the_reply) {
    EXPECT_EQ(redis_error_of("OOM command not allowed when used memory > 'maxmemory'."),
              redis_error::out_of_memory);
    EXPECT_EQ(redis_error_of("ERR Error running script (call to f_1): @user:5: -OOM command"),
              redis_error::out_of_memory);
    EXPECT_EQ(redis_error_of("NOAUTH Authentication required."), redis_error::authentication);
    EXPECT_EQ(redis_error_of("WRONGPASS invalid username-password pair"),
              redis_error::authentication);
    EXPECT_EQ(redis_error_of("LOADING Redis is loading the dataset"), redis_error::loading);
    EXPECT_EQ(redis_error_of("READONLY You can't write"), redis_error::read_only);
    EXPECT_EQ(redis_error_of("MOVED 3999 127.0.0.1:6381"), redis_error::moved);
    EXPECT_EQ(redis_error_of("ERR unknown command"), redis_error::command_failed);
    EXPECT_EQ(redis_error_of("ERR the word -OOM alone"), redis_error::command_failed);
    EXPECT_EQ(redis_error_of(""), redis_error::command_failed);
    for (int i = 1; i <= static_cast<int>(redis_error::command_failed); ++i) {
        EXPECT_NE(redis_category().message(i), "unknown error") << i;
    }
    EXPECT_EQ(make_error_code(redis_error::timeout), condition::timeout);
}

class redis_refusals : public redis_fixture {};

TEST_F(redis_refusals, of_a_wrong_password_end_what_waits) {
    start_server({"--requirepass", "secret"});
    for (const char* const password : {"", "wrong"}) {
        redis_options guessing = options();
        guessing.password = password;
        redis_broker broker(guessing);
        redis_listener one(broker, loop);
        const auto at = begin_publishing(one, "news", "x");
        const auto from = std::make_shared<noted<position>>();
        one.session->subscribe("news", topic_match::exact, note(from));
        ASSERT_TRUE(until([&] { return at->calls != 0 && from->calls != 0; })) << password;
        EXPECT_EQ(at->error, redis_error::authentication);
        EXPECT_EQ(from->error, redis_error::authentication);
        EXPECT_EQ(begin_publishing(one, "news", "x")->error, redis_error::authentication);
    }
    EXPECT_TRUE(had_trouble(redis_error::authentication));
    redis_options knowing = options();
    knowing.password = "secret";
    knowing.user = "default";
    knowing.database = 3;
    redis_broker broker(knowing);
    redis_listener one(broker, loop);
    subscribe(one, "news");
    publish(one, "news", "x");
    EXPECT_TRUE(until([&] { return one.received.size() == 1; }));
}

TEST_F(redis_refusals, for_lack_of_memory_change_nothing) {
    redis_broker broker(options());
    redis_listener one(broker, loop);
    subscribe(one, "news");
    publish(one, "news", "1");
    EXPECT_EQ(order({"CONFIG", "SET", "maxmemory", "1"}), "OK");
    const auto refused = begin_publishing(one, "news", "2");
    ASSERT_TRUE(until([&] { return refused->calls != 0; }));
    EXPECT_EQ(refused->error, redis_error::out_of_memory);
    EXPECT_TRUE(had_trouble(redis_error::out_of_memory));
    EXPECT_EQ(order({"CONFIG", "SET", "maxmemory", "0"}), "OK");
    EXPECT_EQ(publish(one, "news", "3").offset, 2U);
    ASSERT_TRUE(until([&] { return one.received.size() == 2; }));
    EXPECT_EQ(one.received[1], "3");
}

TEST_F(redis_refusals, of_a_replica_are_reported) {
    redis_broker broker(options());
    redis_listener one(broker, loop);
    publish(one, "news", "1");
    EXPECT_EQ(order({"REPLICAOF", "127.0.0.1", "1"}), "OK");
    const auto refused = begin_publishing(one, "news", "2");
    ASSERT_TRUE(until([&] { return refused->calls != 0; }));
    EXPECT_EQ(refused->error, redis_error::read_only);
    EXPECT_EQ(order({"REPLICAOF", "NO", "ONE"}), "OK");
    publish(one, "news", "3");
}

/// A broker whose server becomes a replica while another one takes its place at the same address.
class redis_failovers : public redis_fixture {
protected:
    void SetUp() override {
        redis_fixture::SetUp();
        if (!server->runs()) return;
        std::filesystem::create_symlink(server->socket(), address());
        redis_options made = options();
        made.socket = address();
        broker.emplace(std::move(made));
        one.emplace(*broker, loop);
        publish(*one, "news", "1");
    }

    void fail_over() {
        EXPECT_EQ(order({"REPLICAOF", "127.0.0.1", "1"}), "OK");
        std::filesystem::remove(address());
        std::filesystem::create_symlink(promoted.socket(), address());
    }

    [[nodiscard]] std::string address() const { return promoted.socket() + "-address"; }

    redis_server promoted;
    std::optional<redis_broker> broker;
    std::optional<redis_listener> one;
};

/// Publishes again and again, in the completion of what it has published before.
struct persistent_publisher {
    redis_listener& by;
    int failed = 0;
    bool succeeded = false;

    void publish() {
        by.session->publish("news", {}, {}, {}, [this](result<position> at) {
            if (at) succeeded = true;
            else if (++failed < 1'000'000) publish();
        });
    }
};

TEST_F(redis_failovers, are_followed_by_those_who_publish_again_at_once) {
    fail_over();
    std::vector<persistent_publisher> some(3, {*one});
    for (auto& each : some) each.publish();
    for (auto& each : some) {
        EXPECT_TRUE(until([&] { return each.succeeded; }));
        EXPECT_EQ(each.failed, 1);
    }
    EXPECT_TRUE(had_trouble(redis_error::read_only));
}

TEST_F(redis_failovers, are_followed_if_the_replica_answers_other_commands) {
    fail_over();
    const auto refused = begin_publishing(*one, "news", "2");
    publish_options transient;
    transient.transient = true; // a replica accepts PUBLISH
    const auto accepted = std::make_shared<noted<position>>();
    one->session->publish("news", {}, transient, {}, note(accepted));
    outcome(accepted);
    EXPECT_EQ(refused->error, redis_error::read_only);
    publish(*one, "news", "3");
}

TEST_F(redis_refusals, by_an_acl_are_reported) {
    order({"ACL", "SETUSER", "guest", "on", ">guest", "~*", "+@all", "-evalsha", "resetchannels"});
    redis_options guest = options();
    guest.user = guest.password = "guest";
    redis_broker broker(guest);
    redis_listener one(broker, loop);
    const auto at = std::make_shared<noted<position>>();
    one.session->subscribe("news", topic_match::exact, note(at));
    ASSERT_TRUE(until([&] { return at->calls != 0; }));
    EXPECT_EQ(at->error, redis_error::no_permission);
    const auto refused = begin_publishing(one, "news", "2");
    ASSERT_TRUE(until([&] { return refused->calls != 0; }));
    EXPECT_EQ(refused->error, redis_error::no_permission);
}

/// A user who may subscribe to topics that begin with "open".
void admit_guest(const std::function<std::string(const texts&)>& order, const char* also = "") {
    texts words{"ACL", "SETUSER", "guest", "on", ">guest", "~*", "+@all", "resetchannels",
                "&weft:i0:*", "&weft:c0:open*"};
    if (*also) words.emplace_back(also);
    ASSERT_EQ(order(words), "OK");
}

TEST_F(redis_refusals, to_subscribe_end_no_other_subscription) {
    admit_guest([&](const texts& words) { return order(words); });
    redis_options guest = options();
    guest.user = guest.password = "guest";
    guest.backoff_max = 1min;
    redis_broker broker(guest);
    redis_listener one(broker, loop);
    std::vector<shared_note<position>> all;
    for (const char* const topic : {"a", "open 1", "b", "open 2", "c", "open 3"}) {
        all.push_back(std::make_shared<noted<position>>());
        one.session->subscribe(topic, topic_match::exact, note(all.back()));
    }
    all.push_back(std::make_shared<noted<position>>());
    one.session->subscribe("pre", topic_match::prefix, note(all.back()));
    for (std::size_t i = 0; i < all.size(); ++i) {
        ASSERT_TRUE(until([&] { return all[i]->calls != 0; })) << i;
        const auto expected =
            i % 2 == 1 ? std::error_code() : make_error_code(redis_error::no_permission);
        EXPECT_EQ(all[i]->error, expected) << i;
    }
    EXPECT_EQ(count_troubles(redis_error::no_permission), 4);
    EXPECT_TRUE(trouble_texts.at(0).starts_with("the subscription to weft:c0:a is refused: "))
        << trouble_texts[0];
    ASSERT_TRUE(until([&] { return order({"PUBLISH", "weft:c0:open 1", "0 0 t0\nx"}) == "1"; }));
    ASSERT_TRUE(until([&] { return one.received == texts{"x"}; }));
    // It is not tried again for a while, so that the others keep their connection.
    one.session->unsubscribe("a", topic_match::exact);
    const auto again = std::make_shared<noted<position>>();
    one.session->subscribe("a", topic_match::exact, note(again));
    EXPECT_EQ(again->error, redis_error::no_permission);
    publish(one, "open 3", "y");
    ASSERT_TRUE(until([&] { return one.received.size() == 2; }));
    EXPECT_EQ(troubles.size(), 4U);
}

TEST_F(redis_refusals, that_come_later_are_reported_and_may_end) {
    const auto give = [&](const texts& words) { return order(words); };
    admit_guest(give, "&weft:c0:more");
    redis_options guest = options();
    guest.user = guest.password = "guest";
    redis_broker broker(guest);
    redis_listener one(broker, loop);
    subscribe(one, "more");
    subscribe(one, "open");
    admit_guest(give); // Redis ends connections with subscriptions that are forbidden now
    ASSERT_TRUE(until([&] { return had_trouble(redis_error::no_permission); }));
    EXPECT_NE(trouble_texts.back().find("weft:c0:more"), std::string::npos);
    ASSERT_TRUE(until([&] { return one.interruptions != 0; }));
    const auto times = count_troubles(redis_error::no_permission);
    ASSERT_TRUE(until([&] { return count_troubles(redis_error::no_permission) > times; }));
    admit_guest(give, "&weft:c0:more");
    ASSERT_TRUE(until([&] { return order({"PUBLISH", "weft:c0:more", "0 0 t0\nx"}) == "1"; }));
    ASSERT_TRUE(until([&] { return one.received == texts{"x"}; }));
}

TEST(redis_answers, to_a_publication_that_are_malformed_leave_its_outcome_unknown) {
    const redis_options options;
    const redis_names names(options);
    const redis_commands commands(options, names);
    redisReply malformed{};
    malformed.type = REDIS_REPLY_INTEGER;
    const auto at = std::make_shared<noted<position>>();
    auto publishing = commands.publish("news", {}, {}, {}, 1, note(at));
    publishing.front().done(&malformed);
    EXPECT_EQ(at->error, errc::outcome_unknown);
    auto reading = commands.find_position("news", 1, note(at));
    reading.front().done(&malformed);
    EXPECT_EQ(at->error, redis_error::bad_answer);
}

TEST_F(redis_refusals, of_an_unreachable_address_have_the_systems_error) {
    redis_options nowhere = options();
    nowhere.socket.clear();
    nowhere.port = 1;
    nowhere.wait_max = 20ms;
    for (const char* const host : {"127.0.0.1", "localhost"}) {
        nowhere.host = host;
        redis_broker broker(nowhere);
        redis_listener one(broker, loop);
        const auto at = begin_publishing(one, "news", "x");
        ASSERT_TRUE(until([&] { return at->calls != 0; }));
        EXPECT_EQ(at->error, std::errc::connection_refused) << at->error.message();
    }
}

} // namespace
} // namespace weft::testing
