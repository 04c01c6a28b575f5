// SPDX-License-Identifier: MIT
// Hubs that act as one over Redis, and what their subscribers receive after a gap.
#include "redis_room.hpp"

namespace weft::testing {
namespace {

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
