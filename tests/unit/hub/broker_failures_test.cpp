// SPDX-License-Identifier: MIT
// A hub whose broker cannot subscribe for a while.
#include <set>

#include "forwarding_session.hpp"
#include "hub_fixture.hpp"

namespace weft::testing {
namespace {

/// A memory broker whose subscriptions begin, but are reported as failed while `fails` is set.
class failing_broker final : public broker {
public:
    bool fails = true;
    std::set<std::string> subscribed; // of its one session

    std::unique_ptr<broker_session> open(broker_client& client, weft::driver& on) override {
        return std::make_unique<session>(*this, inner_.open(client, on));
    }

private:
    class session final : public forwarding_session {
    public:
        session(failing_broker& of, std::unique_ptr<broker_session> inner)
            : of_(of) {
            inner_ = std::move(inner);
        }

        void subscribe(std::string_view topic, topic_match how,
                       completion<position> done) override {
            of_.subscribed.emplace(topic);
            if (!of_.fails) return inner_->subscribe(topic, how, std::move(done));
            inner_->subscribe(topic, how, {});
            if (done) done(failure(errc::outcome_unknown));
        }
        void unsubscribe(std::string_view topic, topic_match how) noexcept override {
            of_.subscribed.erase(std::string(topic));
            inner_->unsubscribe(topic, how);
        }

    private:
        failing_broker& of_;
    };

    memory_broker inner_;
};

class broker_failures : public hub_fixture {
protected:
    void SetUp() override {
        hub_options options;
        options.broker = failing;
        start(std::move(options));
    }

    std::shared_ptr<failing_broker> failing = std::make_shared<failing_broker>();
};

TEST_F(broker_failures, leave_no_subscription_for_a_topic_that_is_forgotten) {
    const auto& one = join("news");
    EXPECT_TRUE(topics->unsubscribe(*one.served, "news"));
    driver.settle();
    EXPECT_EQ(topics->topic_count(), 0U);
    EXPECT_TRUE(failing->subscribed.empty());
    const auto& all = join_prefix("ne");
    EXPECT_TRUE(topics->unsubscribe_prefix(*all.served, "ne"));
    driver.settle();
    EXPECT_TRUE(failing->subscribed.empty());
}

TEST_F(broker_failures, end_with_a_later_attempt) {
    const auto& one = join("news");
    failing->fails = false;
    pass(1s);
    EXPECT_EQ(failing->subscribed, std::set<std::string>{"news"});
    publish("news", "1");
    EXPECT_EQ(one.received, texts{"1"});
}

} // namespace
} // namespace weft::testing
