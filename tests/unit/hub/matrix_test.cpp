// SPDX-License-Identifier: MIT
// Anything may be done from any function that a hub calls: each place with each action. Whatever
// happens, nothing is left behind, and a bystander gets each publication once and in order.
#include <algorithm>
#include <stdexcept>

#include "hub_fixture.hpp"

namespace weft::testing {
namespace {

struct hub_case {
    const char* place;
    const char* action;
};

const char* const places[] = {"filter",  "done",     "on_subscribe", "on_unsubscribe",
                              "message", "position", "history",      "presence"};
const char* const actions[] = {"subscribe",       "unsubscribe",    "unsubscribe_other",
                               "unsubscribe_all", "publish",        "publish_if",
                               "recover",         "close",          "abort",
                               "abort_other",     "stop",           "turn",
                               "throw",           "destroy_server", "destroy_hub",
                               "destroy_both",    "turn_destroy"};

std::vector<hub_case> all_cases() {
    std::vector<hub_case> all;
    for (const auto* place : places) {
        for (const auto* action : actions) all.push_back({place, action});
    }
    return all;
}

class hub_matrix_test : public hub_fixture, public ::testing::WithParamInterface<hub_case> {
public:
    hub_visitor* actor = nullptr;
    hub_visitor* other = nullptr;
    hub_visitor* bystander = nullptr;
    int left = 1;

    void SetUp() override {
        hub_options options;
        options.history = {100, 1min};
        start(std::move(options));
        driver.on_error([](std::exception_ptr) {});
    }

    void act() {
        if (left-- <= 0 || !topics) return;
        const std::string action = GetParam().action;
        connection* const c = actor->served;
        if (action == "subscribe" && c) (void)topics->subscribe(*c, "other");
        if (action == "unsubscribe" && c) topics->unsubscribe(*c, "news");
        if (action == "unsubscribe_other" && other->served) {
            topics->unsubscribe(*other->served, "news");
        }
        if (action == "unsubscribe_all" && c) topics->unsubscribe_all(*c);
        if (action == "publish") topics->publish("news", "nested");
        if (action == "publish_if") {
            topics->publish_if("news", "nested", [](connection&) { return true; });
        }
        if (action == "recover" && c) recover(*c);
        if (action == "close" && c) c->close();
        if (action == "abort" && c) c->abort();
        if (action == "abort_other" && other->served) other->served->abort();
        if (action == "stop") server->stop();
        if (action == "turn") driver.advance(driver.now());
        if (action == "throw") throw std::runtime_error("thrown");
        if (action == "destroy_server" || action == "destroy_both") server.reset();
        if (action == "destroy_hub" || action == "destroy_both") topics.reset();
        if (action == "turn_destroy") {
            driver.advance(driver.now());
            topics.reset();
            server.reset();
        }
    }

    void recover(connection& c) {
        topics->unsubscribe(c, "news");
        subscribe_options options;
        options.since = position{};
        (void)topics->subscribe(c, "news", std::move(options));
    }

    [[nodiscard]] bool all_live() const { return topics && server; }

    /// Makes the hub call the function at the place that is tested.
    void provoke() {
        const std::string place = GetParam().place;
        if (place == "filter") {
            topics->publish_if("news", "1", [this](connection& c) {
                if (actor->served == &c) act();
                return true;
            });
        }
        if (place == "done") {
            topics->unsubscribe(*actor->served, "news");
            subscribe_options options;
            options.done = [this](connection&, const subscribed&) { act(); };
            ASSERT_TRUE(topics->subscribe(*actor->served, "news", std::move(options)));
            driver.settle();
        }
        if (place == "on_subscribe") {
            topics->on_subscribe([this](const subscriber&, std::string_view) { act(); });
            ASSERT_TRUE(topics->subscribe(*actor->served, "third"));
        }
        if (place == "on_unsubscribe") {
            topics->on_subscribe([](const subscriber&, std::string_view) {});
            topics->on_unsubscribe([this](const subscriber&, std::string_view) { act(); });
            ASSERT_TRUE(topics->subscribe(*actor->served, "third"));
            topics->unsubscribe(*actor->served, "third");
        }
        if (place == "message") {
            on_message = [this](connection&, message) { act(); };
            actor->own->send("x");
        }
        if (place == "position") {
            topics->publish("news", "1", {}, [this](result<position>) { act(); });
        }
        if (place == "history") {
            topics->history("news", {}, [this](result<history_page>) { act(); });
        }
        if (place == "presence") {
            topics->presence("news", [this](result<std::vector<presence_entry>>) { act(); });
        }
        driver.settle();
    }
};

TEST_P(hub_matrix_test, leaves_nothing_behind) {
    actor = &join("news");
    other = &join("news");
    bystander = &join("news");
    ASSERT_TRUE(topics->subscribe(*other->served, "other"));
    provoke();
    EXPECT_LE(left, 0) << "the place was not reached";
    if (all_live()) {
        topics->publish("news", "last");
        driver.settle();
    }
    const bool lives = all_live() && bystander->served;
    if (lives) {
        ASSERT_FALSE(bystander->received.empty());
        EXPECT_EQ(bystander->received.back(), "last");
        const auto ones = std::count(bystander->received.begin(), bystander->received.end(), "1");
        const auto nested =
            std::count(bystander->received.begin(), bystander->received.end(), "nested");
        EXPECT_LE(ones, 1);
        EXPECT_LE(nested, 1);
    }
    server.reset();
    driver.settle();
    if (topics) {
        EXPECT_EQ(topics->subscription_count(), 0U);
        EXPECT_EQ(topics->topic_count(), 0U);
        EXPECT_EQ(topics->queued_bytes(), 0U);
    }
}

INSTANTIATE_TEST_SUITE_P(all, hub_matrix_test, ::testing::ValuesIn(all_cases()),
                         [](const auto& made) {
                             return std::string(made.param.place) + "_" + made.param.action;
                         });

} // namespace
} // namespace weft::testing
