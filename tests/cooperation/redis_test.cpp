// SPDX-License-Identifier: MIT
// Weft and hiredis on one host: what WebSocket clients say is published, and what is published they
// hear. Each calls the other from its own callbacks, without a lock.
#include <gtest/gtest.h>

#include <functional>

#include <weft/weft.hpp>

#include "redis_place.hpp"
#include "support/redis_server.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

using redis_registration = place_registration<redis_place>;

class beside_redis : public ::testing::TestWithParam<const redis_registration*> {
protected:
    beside_redis() : here_(GetParam()->make()) {}

    void SetUp() override {
        if (!database_.runs()) GTEST_SKIP() << "redis-server is not installed (or does not start)";
    }

    redisAsyncContext* connect() {
        redisAsyncContext* redis = redisAsyncConnectUnix(database_.socket().c_str());
        EXPECT_EQ(redis->err, 0) << redis->errstr;
        here_->adopt(redis);
        return redis;
    }

    void run_until(const std::function<bool()>& holds) {
        const time_limit patience(60);
        while (!holds())
            here_->turn();
    }

    redis_server database_;
    std::unique_ptr<redis_place> here_;
};

TEST_P(beside_redis, messages_are_published_and_received) {
    redisAsyncContext* publisher = connect();
    redisAsyncContext* subscriber = connect();
    event_loop loop;
    guest attachment(loop, here_->ops());
    server room(loop);
    client visitor(loop);
    room.route("/", {.message = [&](connection&, message m) {
                   const auto said = m.text();
                   redisAsyncCommand(publisher, nullptr, nullptr, "PUBLISH room %b", said.data(),
                                     said.size());
               }});
    const auto bound = room.listen("127.0.0.1", 0);
    ASSERT_TRUE(bound);

    struct feed {
        server* to;
        bool subscribed = false;
    } feeding{&room};
    const auto on_reply = [](redisAsyncContext*, void* answer, void* user) {
        const auto* parts = static_cast<redisReply*>(answer);
        if (!parts || parts->elements != 3) return; // the end of the connection
        auto& into = *static_cast<feed*>(user);
        into.subscribed = true;
        const redisReply& last = *parts->element[2];
        if (last.type != REDIS_REPLY_STRING) return; // that it has subscribed
        into.to->for_each([&](connection& one) { one.send(std::string_view(last.str, last.len)); });
    };
    redisAsyncCommand(subscriber, on_reply, &feeding, "SUBSCRIBE room");
    run_until([&] { return feeding.subscribed; });

    std::vector<std::string> received;
    const auto target = "ws://" + bound->str() + "/";
    const auto hear = [&](connection&, message m) { received.emplace_back(m.text()); };
    int open = 0;
    const auto first =
        visitor.connect(target, {.open = [&](connection&) { ++open; }, .message = hear});
    const auto second =
        visitor.connect(target, {.open = [&](connection&) { ++open; }, .message = hear});
    run_until([&] { return open == 2; });
    for (int i = 0; i < 100; ++i)
        first.send(std::to_string(i));
    run_until([&] { return received.size() == 200; });
    EXPECT_EQ(received.front(), "0");
    EXPECT_EQ(received.back(), "99");

    bool gone = false;
    loop.shutdown(5s, [&] { gone = true; });
    run_until([&] { return gone; });
    attachment.detach();
    bool answered = false; // the neighbour does not notice
    redisAsyncCommand(
        publisher, [](redisAsyncContext*, void*, void* user) { *static_cast<bool*>(user) = true; },
        &answered, "PING");
    run_until([&] { return answered; });
    redisAsyncFree(subscriber);
    redisAsyncFree(publisher);
}

INSTANTIATE_TEST_SUITE_P(on, beside_redis, ::testing::ValuesIn(redis_registration::all()),
                         [](const auto& instance) { return instance.param->host; });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(beside_redis);

} // namespace
} // namespace weft::testing
