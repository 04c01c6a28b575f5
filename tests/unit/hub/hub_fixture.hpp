// SPDX-License-Identifier: MIT
// A hub with clients over memory pipes on one manual driver.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <weft/connection/stream_endpoint.hpp>
#include <weft/core/error.hpp>
#include <weft/hub/hub.hpp>
#include <weft/hub/memory_broker.hpp>
#include <weft/stream/manual_driver.hpp>
#include <weft/stream/memory_pipe.hpp>

namespace weft::testing {

using namespace std::chrono_literals;
using texts = std::vector<std::string>;

/// One client: its own end and the server's, and what it has received.
struct hub_visitor {
    connection* served = nullptr; // null after its end
    connection* own = nullptr;
    memory_stream* pipe = nullptr; // the client's end
    texts received;
    std::optional<report> end;

    void stop_reading() const { own->pause(); }
    void read_on() const { own->resume(); }
};

inline publish_options keyed(std::string key) {
    publish_options options;
    options.key = std::move(key);
    return options;
}

inline subscribe_options when_slow(slow_reader policy, std::size_t queue_max) {
    subscribe_options options;
    options.when_slow = policy;
    options.queue_max = queue_max;
    return options;
}

/// A text of 500 bytes that begins with this number.
inline std::string numbered(int number) {
    std::string text = std::to_string(number);
    return text + std::string(500 - text.size(), ' ');
}

/// What numbers such texts begin with.
inline std::vector<int> numbers(const texts& all) {
    std::vector<int> read;
    for (const auto& one : all) read.push_back(std::stoi(one));
    return read;
}

/// All numbers from 0 to below `end`.
inline std::vector<int> up_to(int end) {
    std::vector<int> all;
    for (int i = 0; i < end; ++i) all.push_back(i);
    return all;
}

class hub_fixture : public ::testing::Test {
public:
    manual_driver driver{time_point(1s)};
    std::optional<stream_endpoint> server{driver};
    std::optional<stream_endpoint> client{driver};
    std::optional<weft::hub> topics;
    std::vector<std::unique_ptr<hub_visitor>> visitors;
    std::size_t capacity = 64 * 1024;
    connection_options served_options;
    hub_visitor* opening = nullptr;
    function<void(connection&)> on_open;
    function<void(connection&, message)> on_message;

    void SetUp() override { start({}); }
    void TearDown() override {
        topics.reset();
        server.reset();
        client.reset();
    }

    void start(hub_options options) { topics.emplace(*server, std::move(options)); }

    hub_visitor& visit() {
        if (visitors.empty()) {
            route_options options;
            options.connection = served_options;
            server->route("/", server_handlers(), options);
        }
        visitors.push_back(std::make_unique<hub_visitor>());
        hub_visitor& added = *visitors.back();
        opening = &added;
        auto [a, b] = memory_pipe(driver, driver, capacity);
        added.pipe = b.get();
        server->serve(std::move(a));
        handlers what{
            .message = [&added](connection&, message m) { added.received.emplace_back(m.text()); },
            .close =
                [&added](connection&, const report& why) {
                    added.end = why;
                    added.own = nullptr;
                },
        };
        added.own =
            &client->connect(std::move(b), *uri::parse("ws://example.org/"), std::move(what));
        driver.settle();
        EXPECT_NE(added.served, nullptr);
        return added;
    }

    handlers server_handlers() {
        return {
            .open =
                [this](connection& c) {
                    opening->served = &c;
                    if (on_open) on_open(c);
                },
            .message =
                [this](connection& c, message m) {
                    if (on_message) on_message(c, m);
                },
            .close =
                [this](connection& c, const report&) {
                    for (auto& one : visitors) {
                        if (one->served == &c) one->served = nullptr;
                    }
                },
        };
    }

    /// A visitor that subscribes.
    hub_visitor& join(std::string_view topic, subscribe_options options = {}) {
        hub_visitor& added = visit();
        EXPECT_TRUE(topics->subscribe(*added.served, topic, std::move(options)));
        driver.settle();
        return added;
    }

    /// A visitor that subscribes to all topics that begin with `prefix`.
    hub_visitor& join_prefix(std::string_view prefix) {
        subscribe_options all;
        all.prefix = true;
        return join(prefix, std::move(all));
    }

    void publish(std::string_view topic, message what, publish_options options = {}) {
        say(topic, what, std::move(options));
        driver.settle();
    }

    /// Publishes without ending the turn.
    void say(std::string_view topic, message what, publish_options options = {}) {
        topics->publish(topic, what, std::move(options));
    }

    /// Publishes `count` messages of 500 bytes without ending the turn.
    void say_many(std::string_view topic, int count) {
        for (int i = 0; i < count; ++i) say(topic, numbered(i), keyed(std::to_string(i % 3)));
    }

    void pass(duration time) {
        driver.advance(driver.now() + time);
        driver.settle();
    }
};

} // namespace weft::testing
