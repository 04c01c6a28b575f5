// SPDX-License-Identifier: MIT
// The errors of Redis: how its replies are classified, and what a session does about them.
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
