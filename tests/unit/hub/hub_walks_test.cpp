// SPDX-License-Identifier: MIT
// A hub looks at all of its topics after an interruption of its broker, while the application adds
// and removes topics, or while memory runs out.
#include <new>

#include "forwarding_session.hpp"
#include "hub_fixture.hpp"
#include "support/allocations.hpp"

namespace weft::testing {
namespace {

/// A broker in memory that can restart without its data. It answers within each call.
class restarting_broker final : public broker {
public:
    std::unique_ptr<broker_session> open(broker_client& client, weft::driver& on) override {
        auto made = std::make_unique<session>(client, on);
        last_ = made.get();
        return made;
    }

    /// Begins new epochs, without memory from the allocation `nth` on, unless that is 0.
    void restart(std::size_t nth = 0) { last_->restart(nth); }

private:
    class session final : public forwarding_session {
    public:
        session(broker_client& client, weft::driver& on)
            : client_(client), driver_(on) {
            start();
        }
        ~session() override { inner_.reset(); } // before its broker

        void restart(std::size_t nth) {
            start();
            std::optional<failing_allocation> shortage;
            if (nth != 0) shortage.emplace(nth);
            client_.on_interruption();
        }

    private:
        void start() {
            inner_.reset();
            broker_ = std::make_unique<memory_broker>();
            inner_ = broker_->open(client_, driver_);
        }

        broker_client& client_;
        weft::driver& driver_;
        std::unique_ptr<memory_broker> broker_;
    };

    session* last_ = nullptr;
};

class hub_walks_test : public hub_fixture {
public:
    std::shared_ptr<restarting_broker> broker = std::make_shared<restarting_broker>();
    texts lost;

    void SetUp() override {
        hub_options options;
        options.broker = broker;
        start(std::move(options));
        topics->on_loss([this](std::string_view topic, const position&) {
            lost.emplace_back(topic);
        });
    }

    hub_visitor& join_all(int count) {
        auto& added = visit();
        for (int i = 0; i < count; ++i) {
            EXPECT_TRUE(topics->subscribe(*added.served, name(i)));
        }
        driver.settle();
        for (int i = 0; i < count; ++i) publish(name(i), "1");
        return added;
    }

    static std::string name(int number) { return "topic " + std::to_string(number); }
};

TEST_F(hub_walks_test, tells_of_each_topic_that_lost_its_data) {
    join_all(20);
    broker->restart();
    EXPECT_EQ(lost.size(), 20U);
}

// The handler may run a nested loop for a long time.
TEST_F(hub_walks_test, delivers_other_publications_meanwhile) {
    auto& ann = join_all(3);
    ann.received.clear();
    topics->on_loss([&](std::string_view topic, const position&) {
        lost.emplace_back(topic);
        subscribe_options options;
        options.prefix = true; // this broker has forgotten the other subscriptions
        EXPECT_TRUE(topics->subscribe(*ann.served, "about " + lost.back(), std::move(options)));
        const auto before = topics->counters().deliveries;
        topics->publish("about " + lost.back() + ": 1", message("1"));
        topics->publish("about " + lost.back() + ": 2", message("2"));
        EXPECT_EQ(topics->counters().deliveries, before + 2);
    });
    broker->restart();
    driver.settle();
    EXPECT_EQ(lost.size(), 3U);
    EXPECT_EQ(ann.received, (texts{"1", "2", "1", "2", "1", "2"}));
}

TEST_F(hub_walks_test, bears_topics_that_go_meanwhile) {
    auto& ann = join_all(20);
    topics->on_loss([&](std::string_view topic, const position&) {
        lost.emplace_back(topic);
        topics->unsubscribe_all(*ann.served);
    });
    broker->restart();
    EXPECT_EQ(lost.size(), 1U);
    EXPECT_EQ(topics->topic_count(), 0U);
}

TEST_F(hub_walks_test, bears_the_topic_after_the_current_one_to_go) {
    auto& ann = join_all(20);
    topics->on_loss([&](std::string_view topic, const position&) {
        lost.emplace_back(topic);
        for (int i = 0; i < 20; ++i) {
            if (name(i) != topic && i % 2 == 0) topics->unsubscribe(*ann.served, name(i));
        }
    });
    broker->restart();
    EXPECT_GE(lost.size(), 10U);
    EXPECT_LE(lost.size(), 11U);
    topics->unsubscribe_all(*ann.served);
    EXPECT_EQ(topics->topic_count(), 0U);
}

TEST_F(hub_walks_test, bears_topics_that_come_meanwhile) {
    auto& ann = join_all(20);
    int added = 0;
    topics->on_loss([&](std::string_view topic, const position&) {
        lost.emplace_back(topic);
        for (int i = 0; i < 100; ++i) {
            EXPECT_TRUE(topics->subscribe(*ann.served, "late " + std::to_string(++added)));
        }
    });
    broker->restart();
    EXPECT_EQ(lost.size(), 20U);
    EXPECT_EQ(topics->topic_count(), 2020U);
}

TEST_F(hub_walks_test, bears_the_hub_to_end_meanwhile) {
    join_all(20);
    topics->on_loss([&](std::string_view topic, const position&) {
        lost.emplace_back(topic);
        topics.reset();
    });
    broker->restart();
    EXPECT_EQ(lost.size(), 1U);
}

TEST_F(hub_walks_test, reads_again_what_found_no_memory) {
    for (std::size_t nth = 1; nth < 100; ++nth) {
        auto& ann = join_all(5);
        lost.clear();
        lost.reserve(10);
        topics->on_loss([&](std::string_view, const position&) { lost.emplace_back(); });
        broker->restart(nth);
        pass(1s);
        EXPECT_EQ(lost.size(), 5U) << nth;
        topics->unsubscribe_all(*ann.served);
        EXPECT_EQ(topics->topic_count(), 0U) << nth << ": a topic is held for ever";
    }
}

} // namespace
} // namespace weft::testing
