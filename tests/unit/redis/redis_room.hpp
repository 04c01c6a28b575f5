// SPDX-License-Identifier: MIT
// A hub over Redis with clients over memory pipes.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <weft/connection/stream_endpoint.hpp>
#include <weft/hub/hub.hpp>
#include <weft/stream/memory_pipe.hpp>

#include "redis_fixture.hpp"

namespace weft::testing {

/// A hub with clients over memory pipes on one loop, as one process would have it.
struct redis_room {
    redis_room(event_loop& on, const redis_options& to)
        : redis_room(on, std::make_shared<redis_broker>(to)) {}

    redis_room(event_loop& on, std::shared_ptr<broker> over)
        : loop(on), server(on.driver()), client(on.driver()) {
        hub_options made;
        made.history = {1000, 1min};
        made.broker = std::move(over);
        topics.emplace(server, std::move(made));
        topics->on_loss([this](std::string_view topic, const position&) {
            ++losses;
            lost.emplace_back(topic);
        });
        server.route("/", {.open = [this](connection& c) { opening = &c; }});
    }

    /// A client that subscribes to one topic.
    struct visitor {
        connection* served = nullptr;
        texts received;
        std::optional<subscribed> begun;
    };

    visitor& join(std::optional<position> since = {}, std::string_view topic = "news") {
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
        EXPECT_TRUE(added.served && topics->subscribe(*added.served, topic, std::move(joining)));
        return added;
    }

    event_loop& loop;
    stream_endpoint server;
    stream_endpoint client;
    std::optional<hub> topics;
    std::deque<visitor> visitors;
    connection* opening = nullptr;
    int losses = 0;
    texts lost; // topics
};

} // namespace weft::testing
