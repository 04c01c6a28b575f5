// SPDX-License-Identifier: MIT
// Topics in several brokers: which broker keeps which topic, and that together they are a broker.
#include <map>
#include <stdexcept>

#include <weft/hub/sharded_broker.hpp>
#include <weft/testing/broker_kit.hpp>

#include "forwarding_session.hpp"
#include "hub_fixture.hpp"

namespace weft::testing {
namespace {

std::vector<broker_shard> shards_named(const std::vector<std::string>& names) {
    std::vector<broker_shard> made;
    for (const auto& name : names) made.push_back({name, std::make_shared<memory_broker>()});
    return made;
}

std::string topic_number(int i) {
    return "topic." + std::to_string(i);
}

TEST(sharded_brokers, keep_the_same_topic_in_the_same_shard) {
    const sharded_broker here(shards_named({"a", "b", "c"}));
    const sharded_broker there(shards_named({"c", "a", "b"}));
    std::map<std::string, int> counts;
    for (int i = 0; i < 30'000; ++i) {
        const auto topic = topic_number(i);
        ASSERT_EQ(here.shard_of(topic), there.shard_of(topic));
        ++counts[here.shard_of(topic)];
    }
    for (const auto& [name, count] : counts) EXPECT_NEAR(count, 10'000, 500) << name;
    // Processes of different versions must agree.
    std::string chosen;
    for (int i = 0; i < 12; ++i) chosen += here.shard_of(topic_number(i));
    EXPECT_EQ(chosen, "babbcbbacbcb");
}

TEST(sharded_brokers, move_only_topics_that_a_new_shard_takes_over) {
    const sharded_broker before(shards_named({"a", "b", "c"}));
    const sharded_broker after(shards_named({"a", "b", "c", "d"}));
    int moved = 0;
    for (int i = 0; i < 20'000; ++i) {
        const auto topic = topic_number(i);
        if (before.shard_of(topic) == after.shard_of(topic)) continue;
        ASSERT_EQ(after.shard_of(topic), "d");
        ++moved;
    }
    EXPECT_NEAR(moved, 5'000, 400);
}

TEST(sharded_brokers, need_brokers_with_different_names) {
    EXPECT_THROW(sharded_broker({}), std::invalid_argument);
    EXPECT_THROW(sharded_broker(shards_named({"a", "a"})), std::invalid_argument);
    EXPECT_THROW(sharded_broker({{"a", nullptr}}), std::invalid_argument);
}

class sharded_under_test final : public broker_under_test {
public:
    weft::broker& broker() override { return broker_; }
    weft::driver& driver() override { return driver_; }
    bool turn(duration) override { return driver_.advance(driver_.now()); }

private:
    manual_driver driver_;
    sharded_broker broker_{shards_named({"a", "b", "c"})};
};

TEST(sharded_brokers, pass_the_kit) {
    broker_kit_options options;
    options.silence = 1ms;
    const auto findings =
        check_broker([] { return std::make_unique<sharded_under_test>(); }, options);
    EXPECT_EQ(findings, std::vector<broker_finding>{});
}

/// A broker that refuses to subscribe.
class refusing_broker final : public broker {
public:
    std::unique_ptr<broker_session> open(broker_client& client, driver& on) override {
        return std::make_unique<session>(inner_.open(client, on));
    }

private:
    struct session final : forwarding_session {
        explicit session(std::unique_ptr<broker_session> inner) { inner_ = std::move(inner); }
        void subscribe(std::string_view, topic_match, completion<position> done) override {
            done(failure(std::make_error_code(std::errc::host_unreachable)));
        }
    };

    memory_broker inner_;
};

TEST(sharded_brokers, report_that_one_shard_refuses_a_prefix) {
    struct silent final : broker_client {
        void on_publication(std::string_view, const shared_publication&) noexcept override {}
        void on_interruption() noexcept override {}
    } nobody;
    manual_driver driver;
    auto shards = shards_named({"a", "c"});
    shards.push_back({"b", std::make_shared<refusing_broker>()});
    sharded_broker broker(std::move(shards));
    auto session = broker.open(nobody, driver);
    int calls = 0;
    std::error_code why;
    session->subscribe("pri", topic_match::prefix, [&](result<position> outcome) {
        ++calls;
        why = outcome.error();
        session.reset(); // may be destroyed in any completion
    });
    driver.settle();
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(why, std::errc::host_unreachable);
}

} // namespace
} // namespace weft::testing
