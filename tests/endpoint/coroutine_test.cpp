// SPDX-License-Identifier: MIT
// Coroutines over sockets: a server and a client on one loop, failures to connect, stops from
// another thread, and loops that end while coroutines wait.
#include <weft/endpoint/client.hpp>
#include <weft/endpoint/server.hpp>
#include <weft/stream/spawn.hpp>
#include <weft/stream/when_any.hpp>

#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "support/joined_thread.hpp"
#include "support/stop_source.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

class coroutines : public ::testing::Test {
protected:
    std::optional<event_loop> loop{std::in_place};
    std::optional<server> serves{std::in_place, *loop};
    std::optional<client> connects{std::in_place, *loop};
    std::string events;

    static task<void> echo(conversation peer) {
        while (auto m = co_await peer.receive()) co_await peer.send(*m);
    }

    std::string listen() { return "ws://" + serves->listen("127.0.0.1", 0)->str() + "/echo"; }
};

TEST_F(coroutines, serve_and_connect) {
    serves->route("/echo", echo);
    spawn(*loop, [this, target = listen()]() -> task<> {
        auto peer = co_await connects->connect(target);
        for (int i = 0; i < 3; ++i) {
            co_await peer.send(std::to_string(i));
            const auto answer = co_await peer.receive();
            events += answer->text();
        }
        co_await peer.close();
        events += peer.outcome().clean() ? " clean" : " not clean";
        serves->stop();
    });
    loop->run();
    EXPECT_EQ(events, "012 clean");
}

TEST_F(coroutines, get_the_reason_why_connecting_failed) {
    serves->route(
        "/echo", {.validate = [](connection& peer) { static_cast<void>(peer.reject(403, "no")); }});
    spawn(*loop, [this, target = listen()]() -> task<> {
        auto refused = co_await connects->connect(target);
        EXPECT_FALSE(refused);
        events += std::to_string(refused.outcome().http_status);
        auto malformed = co_await connects->connect("nonsense");
        EXPECT_EQ(malformed.outcome().error, errc::bad_uri);
        EXPECT_EQ(malformed.outcome().phase, phase::resolve);
        serves->stop();
    });
    loop->run();
    EXPECT_EQ(events, "403");
}

TEST_F(coroutines, are_stopped_from_another_thread) {
    if (!has_stop_tokens) GTEST_SKIP() << no_stop_tokens;
    serves->route("/echo", echo);
    stop_source stop;
    bool waits = false;
    spawn(
        *loop,
        [&, target = listen()]() -> task<> {
            auto peer = co_await connects->connect(target);
            waits = true;
            const auto m = co_await peer.receive();
            events = m.error() == std::errc::operation_canceled ? "stopped" : "else";
            serves->stop();
        },
        stop.get_token());
    while (!waits) loop->run_one();
    joined_thread other([&] { stop.request_stop(); });
    loop->run();
    EXPECT_EQ(events, "stopped");
}

TEST_F(coroutines, end_with_a_loop_that_is_destroyed_outside) {
    auto kept = std::make_shared<int>();
    serves->route("/echo", [kept](conversation peer) -> task<> {
        const auto mine = kept;
        static_cast<void>(co_await peer.receive());
    });
    spawn(*loop, [this, target = listen(), kept]() -> task<> {
        auto peer = co_await connects->connect(target);
        co_await when_any(peer.receive(), loop->sleep(1h));
    });
    while (serves->connection_count() == 0 || kept.use_count() < 4) loop->run_one();
    loop.reset();
    serves.reset();
    connects.reset();
    EXPECT_EQ(kept.use_count(), 1);
}

TEST_F(coroutines, may_destroy_their_loop) {
    auto kept = std::make_shared<int>();
    serves->route("/echo", [kept](conversation peer) -> task<> {
        const auto mine = kept;
        static_cast<void>(co_await peer.receive());
    });
    auto end = [this](conversation& peer) -> task<> {
        co_await peer.send("x");
        loop.reset();
        const auto sent = co_await peer.send("y");
        events += sent ? "sent" : "gone";
    };
    spawn(*loop, [&, target = listen(), kept]() -> task<> {
        auto peer = co_await connects->connect(target);
        co_await when_any(end(peer), loop->sleep(1h));
        events += " ended";
    });
    while (loop) loop->run_one();
    EXPECT_EQ(events, "gone ended");
    serves.reset();
    connects.reset();
    EXPECT_EQ(kept.use_count(), 1);
}

} // namespace
} // namespace weft::testing
