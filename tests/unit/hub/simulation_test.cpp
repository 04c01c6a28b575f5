// SPDX-License-Identifier: MIT
// Seeded runs of clients, a hub and an unreliable broker in virtual time, compared with a model:
// each client gets each publication once and in order, or the loss was reported.
#include <array>

#include <algorithm>

#include "hub_fixture.hpp"
#include "unreliable_broker.hpp"

namespace weft::testing {
namespace {

constexpr std::array topic_names{"alpha", "beta"};
constexpr int steps = 300;

/// What a client of one topic must get next.
struct expectation {
    std::string topic;
    hub_visitor* visitor = nullptr;
    bool begun = false;
    position last = {};         // of the last message that it got
    std::vector<position> lost; // `on_loss` reported that deliveries go on after one of these
    std::size_t read = 0;       // of `hub_visitor::received`
    bool gone = false;
};

class hub_simulation_test : public hub_fixture,
                            public ::testing::WithParamInterface<std::uint64_t> {
public:
    dice chance{GetParam()};
    std::shared_ptr<unreliable_broker> line;
    std::vector<std::unique_ptr<expectation>> clients;
    std::map<std::string, position> newest;
    std::map<std::string, position> remembered; // the last position of a client that has left
    int losses = 0;
    int recoveries = 0;

    void SetUp() override {
        line = std::make_shared<unreliable_broker>(chance);
        line->lost_one_in = chance.between(5, 40);
        line->doubled_one_in = chance.between(2, 20);
        hub_options options;
        options.broker = line;
        options.history = {chance.between(20, 200), 1h};
        options.check_interval = 1s;
        options.retry_delay = 100ms;
        options.format = [](std::string_view, const publication& what, std::string& out) {
            out = what.at.str() + ' ' + what.data;
        };
        start(std::move(options));
        topics->on_loss([this](std::string_view topic, const position& now) {
            ++losses;
            for (auto& one : clients) {
                if (one->topic == topic) one->lost.push_back(now);
            }
        });
    }

    void connect() {
        clients.push_back(std::make_unique<expectation>());
        expectation& added = *clients.back();
        added.topic = topic_names[chance.below(topic_names.size())];
        added.visitor = &visit();
        subscribe_options options;
        const auto known = remembered.find(added.topic);
        if (known != remembered.end() && !chance.one_in(4)) options.since = known->second;
        options.done = [this, &added](connection&, const subscribed& how) {
            EXPECT_FALSE(added.begun);
            added.begun = true;
            added.last = how.at;
            added.lost.clear();
            recoveries += how.recovered ? 1 : 0;
        };
        ASSERT_TRUE(topics->subscribe(*added.visitor->served, added.topic, std::move(options)));
    }

    void disconnect() {
        if (clients.empty()) return;
        expectation& one = *clients[chance.below(clients.size())];
        if (one.gone) return;
        check(one);
        one.gone = true;
        if (one.begun) remembered[one.topic] = one.last;
        if (one.visitor->served) one.visitor->served->abort();
        driver.settle();
    }

    void publish_some() {
        const std::string topic = topic_names[chance.below(topic_names.size())];
        for (std::size_t left = chance.between(1, 5); left != 0; --left) {
            topics->publish(topic, "x", {}, [this, topic](result<position> at) {
                ASSERT_TRUE(at);
                auto& last = newest[topic];
                if (last.epoch != at->epoch || last.offset < at->offset) last = *at;
            });
        }
    }

    /// Compares what a client has got since the last time with the model.
    void check(expectation& one) {
        for (; one.read < one.visitor->received.size(); ++one.read) {
            const auto& text = one.visitor->received[one.read];
            const auto at = position::parse(text.substr(0, text.find(' ')));
            ASSERT_TRUE(at) << text;
            ASSERT_TRUE(one.begun);
            const auto follows = [&](const position& last) {
                return at->epoch == last.epoch && at->offset == last.offset + 1;
            };
            const bool reported = std::any_of(one.lost.begin(), one.lost.end(), follows);
            ASSERT_TRUE(follows(one.last) || reported)
                << one.last.str() << " is followed by " << at->str();
            one.last = *at;
        }
    }

    void step() {
        switch (chance.below(8)) {
        case 0: return connect();
        case 1: return disconnect();
        case 2:
            if (chance.one_in(20)) line->restart();
            return;
        default: publish_some(); break;
        }
    }

    void check_all() {
        for (auto& one : clients) {
            if (!one->gone) check(*one);
        }
    }
};

TEST_P(hub_simulation_test, every_client_gets_everything_once_or_the_loss_is_reported) {
    for (int i = 0; i < steps && !HasFatalFailure(); ++i) {
        step();
        for (std::size_t left = chance.below(4); left != 0; --left) pass(chance.between(1ms, 30ms));
        check_all();
    }
    line->lost_one_in = 0;
    for (int i = 0; i < 100; ++i) pass(100ms); // the check of positions finds what was lost
    check_all();
    for (const auto& one : clients) {
        if (one->gone || !newest.contains(one->topic)) continue;
        EXPECT_TRUE(one->begun);
        const position& last = one->lost.empty() ? one->last : one->lost.back();
        const bool caught_up = one->last == newest[one->topic] || last == newest[one->topic] ||
            last.epoch != newest[one->topic].epoch; // nothing was published since the restart
        EXPECT_TRUE(caught_up) << one->topic << ' ' << one->last.str() << " of "
                               << newest[one->topic].str();
    }
    RecordProperty("losses", losses);
    RecordProperty("recoveries", recoveries);
}

INSTANTIATE_TEST_SUITE_P(seeds, hub_simulation_test, ::testing::Range<std::uint64_t>(1, 41));

} // namespace
} // namespace weft::testing
