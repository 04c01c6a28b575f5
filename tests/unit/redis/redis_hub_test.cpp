// SPDX-License-Identifier: MIT
// Hubs that act as one over Redis, and what their subscribers receive after a gap.
#include <deque>

#include <weft/connection/stream_endpoint.hpp>
#include <weft/hub/hub.hpp>
#include <weft/stream/memory_pipe.hpp>

#include "redis_fixture.hpp"

namespace weft::testing {
namespace {

/// A hub with clients over memory pipes on one loop, as one process would have it.
struct redis_room {
    redis_room(event_loop& on, const redis_options& to)
        : loop(on), server(on.driver()), client(on.driver()) {
        hub_options made;
        made.history = {1000, 1min};
        made.broker = std::make_shared<redis_broker>(to);
        topics.emplace(server, std::move(made));
        topics->on_loss([this](std::string_view, const position&) { ++losses; });
        server.route("/", {.open = [this](connection& c) { opening = &c; }});
    }

    /// A client that subscribes to "news".
    struct visitor {
        connection* served = nullptr;
        texts received;
        std::optional<subscribed> begun;
    };

    visitor& join(std::optional<position> since = {}) {
        visitor& added = visitors.emplace_back();
        opening = nullptr;
        auto [a, b] = memory_pipe(loop.driver(), loop.driver(), 64 * 1024);
        server.serve(std::move(a));
        client.connect(std::move(b), *uri::parse("ws://example.org/"),
                       {.message = [&added](connection&, message m) {
                           added.received.emplace_back(m.text());
                       }});
        const auto end = std::chrono::steady_clock::now() + 5s;
        while (!opening && std::chrono::steady_clock::now() < end) turn_of(loop, 5ms);
        added.served = opening;
        subscribe_options joining;
        joining.since = since;
        joining.done = [&added](connection&, const subscribed& how) { added.begun = how; };
        EXPECT_TRUE(added.served && topics->subscribe(*added.served, "news", std::move(joining)));
        return added;
    }

    event_loop& loop;
    stream_endpoint server;
    stream_endpoint client;
    std::optional<hub> topics;
    std::deque<visitor> visitors;
    connection* opening = nullptr;
    int losses = 0;
};

class redis_hubs : public redis_fixture {
protected:
    void publish_and_wait(redis_room& by, const std::string& text) {
        const auto at = std::make_shared<noted<position>>();
        by.topics->publish("news", message(text), {}, note(at));
        outcome(at);
    }
};

/// Two machines with a client each.
class two_redis_hubs : public redis_hubs {
protected:
    void SetUp() override {
        redis_hubs::SetUp();
        if (IsSkipped()) return;
        other_loop.emplace();
        here.emplace(loop, options());
        there.emplace(*other_loop, options());
        ann = &here->join();
        bob = &there->join();
        ASSERT_TRUE(until([&] { return ann->begun && bob->begun; }));
    }

    std::optional<redis_room> here;
    std::optional<redis_room> there;
    redis_room::visitor* ann = nullptr;
    redis_room::visitor* bob = nullptr;
};

TEST_F(two_redis_hubs, act_as_one_and_recover_clients_of_each_other) {
    for (const char* const each : {"1", "2", "3"}) publish_and_wait(*here, each);
    ASSERT_TRUE(until([&] { return ann->received.size() == 3 && bob->received.size() == 3; }));
    auto& cid = there->join(ann->begun->at); // was on the other machine before
    ASSERT_TRUE(until([&] { return cid.received.size() == 3; }));
    EXPECT_TRUE(cid.begun->recovered);
    EXPECT_EQ(cid.received, ann->received);
}

TEST_F(two_redis_hubs, deliver_what_was_published_during_a_gap) {
    texts all;
    for (int i = 0; i < 200; ++i) {
        all.push_back(std::to_string(i));
        publish_and_wait(*here, all.back());
        // Cuts all subscriptions, and publishes on while some are missing.
        if (i % 40 == 20) order({"CLIENT", "KILL", "TYPE", "pubsub"});
    }
    EXPECT_TRUE(until([&] {
        return ann->received.size() >= all.size() && bob->received.size() >= all.size();
    }));
    EXPECT_EQ(ann->received, all);
    EXPECT_EQ(bob->received, all);
    EXPECT_EQ(here->losses + there->losses, 0);
}

TEST_F(redis_hubs, report_a_loss_once_if_redis_has_lost_its_data) {
    redis_room here(loop, options());
    auto& ann = here.join();
    ASSERT_TRUE(until([&] { return ann.begun.has_value(); }));
    publish_and_wait(here, "1");
    ASSERT_TRUE(until([&] { return ann.received.size() == 1; }));
    server->kill();
    ASSERT_TRUE(until([&] { return troubles.size() >= 2; }));
    server->start();
    ASSERT_TRUE(until([&] { return here.losses == 1; }));
    publish_and_wait(here, "2");
    ASSERT_TRUE(until([&] { return ann.received.size() == 2; }));
    EXPECT_EQ(here.losses, 1);
}

} // namespace
} // namespace weft::testing
