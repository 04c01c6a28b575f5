// SPDX-License-Identifier: MIT
// Topics spread over three servers, of which one fails: only its topics have a gap.
#include <algorithm>
#include <array>
#include <map>

#include <weft/hub/sharded_broker.hpp>

#include "redis_room.hpp"

namespace weft::testing {
namespace {

class redis_shards : public redis_fixture {
protected:
    void SetUp() override {
        redis_fixture::SetUp(); // the first one
        if (IsSkipped()) return;
        others[0].emplace();
        others[1].emplace();
        std::vector<broker_shard> shards;
        for (const auto* one : {&*server, &*others[0], &*others[1]}) {
            redis_options at = options();
            at.socket = one->socket();
            at.wait_max = 20s;
            shards.push_back({std::to_string(shards.size()), std::make_shared<redis_broker>(at)});
        }
        broker = std::make_shared<sharded_broker>(std::move(shards));
        here.emplace(loop, broker);
        for (const char* const topic : {"a", "b", "c", "d", "e", "f", "g", "h", "i"}) {
            clients[topic] = &here->join({}, topic);
        }
        ASSERT_TRUE(until([&] {
            return std::ranges::all_of(clients, [](const auto& one) {
                return one.second->begun.has_value();
            });
        }));
    }

    void TearDown() override { here.reset(); }

    shared_note<position> publish(const std::string& topic, const std::string& text) {
        const auto at = std::make_shared<noted<position>>();
        here->topics->publish(topic, message(text), {}, note(at));
        return at;
    }

    [[nodiscard]] bool is_on_first(const std::string& topic) const {
        return broker->shard_of(topic) == "0";
    }

    std::array<std::optional<redis_server>, 2> others;
    std::shared_ptr<sharded_broker> broker;
    std::optional<redis_room> here;
    std::map<std::string, redis_room::visitor*> clients; // by topic
};

TEST_F(redis_shards, have_a_gap_only_in_the_topics_of_one_that_fails) {
    std::map<std::string, int> used;
    for (const auto& [topic, client] : clients) {
        ++used[broker->shard_of(topic)];
        outcome(publish(topic, "1"));
    }
    ASSERT_EQ(used.size(), 3U);

    server->kill();
    ASSERT_TRUE(until([&] { return troubles.size() >= 2; }));
    std::vector<shared_note<position>> waiting;
    for (const auto& [topic, client] : clients) {
        auto second = publish(topic, "2");
        if (is_on_first(topic)) waiting.push_back(std::move(second));
        else outcome(second);
    }
    for (const auto& one : waiting) EXPECT_EQ(one->calls, 0);
    EXPECT_TRUE(here->lost.empty());

    server->start(); // without its data
    for (const auto& one : waiting) outcome(one);
    ASSERT_TRUE(until([&] { return here->lost.size() >= waiting.size(); }));
    for (const auto& [topic, client] : clients) outcome(publish(topic, "3"));
    ASSERT_TRUE(until([&] {
        return std::ranges::all_of(clients, [](const auto& one) {
            return !one.second->received.empty() && one.second->received.back() == "3";
        });
    }));
    for (const auto& [topic, client] : clients) {
        const auto lost = std::ranges::count(here->lost, topic);
        EXPECT_EQ(lost, is_on_first(topic) ? 1 : 0) << topic;
        const texts all{"1", "2", "3"}; // where nothing was lost
        EXPECT_TRUE(is_on_first(topic) || client->received == all) << topic;
    }
}

TEST_F(redis_shards, catch_up_after_a_cut) {
    for (const auto& [topic, client] : clients) outcome(publish(topic, "1"));
    for (int i = 2; i < 40; ++i) {
        if (i % 10 == 0) order({"CLIENT", "KILL", "TYPE", "pubsub"});
        for (const auto& [topic, client] : clients) publish(topic, std::to_string(i));
        turn_of(loop, 1ms);
    }
    texts all;
    for (int i = 1; i < 40; ++i) all.push_back(std::to_string(i));
    EXPECT_TRUE(until([&] {
        return std::ranges::all_of(
            clients, [&](const auto& one) { return one.second->received.size() >= all.size(); });
    }));
    for (const auto& [topic, client] : clients) EXPECT_EQ(client->received, all) << topic;
    EXPECT_TRUE(here->lost.empty());
}

TEST_F(redis_shards, deliver_to_prefixes_of_all) {
    redis_listener listener(*broker, loop);
    const auto done = std::make_shared<noted<position>>();
    listener.session->subscribe("", topic_match::prefix, note(done));
    outcome(done);
    for (const auto& [topic, client] : clients) outcome(publish(topic, topic));
    ASSERT_TRUE(until([&] { return listener.received.size() == clients.size(); }));
    std::ranges::sort(listener.received);
    EXPECT_EQ(listener.received, (texts{"a", "b", "c", "d", "e", "f", "g", "h", "i"}));
}

} // namespace
} // namespace weft::testing
