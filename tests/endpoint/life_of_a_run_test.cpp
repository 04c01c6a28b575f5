// SPDX-License-Identifier: MIT
// How `run` begins and ends: a test for each sentence of docs/running-the-event-loop.md, on each
// engine, over sockets, or over memory in virtual time.
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <weft/weft.hpp>

#include "support/joined_thread.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

/// An echo server and clients of it on one loop.
class life_of_a_run : public ::testing::TestWithParam<engine_kind> {
protected:
    void SetUp() override {
        server_.route("/", {.open = [this](connection&) { ++opened_; },
                            .message = [](connection& peer, message m) { peer.send(m); },
                            .close = [this](connection&, const report&) { ++closed_; }});
    }

    [[nodiscard]] static bool has_sockets() { return GetParam() != engine_kind::virtual_time; }

    void listen() {
        const auto bound = server_.listen("127.0.0.1", 0);
        ASSERT_TRUE(bound);
        url_ = "ws://" + bound->str() + "/";
    }

    /// The first call over sockets listens.
    void connect(handlers what) {
        if (has_sockets()) {
            if (url_.empty()) listen();
            client_.connect(url_, std::move(what));
        } else {
            auto [servers_end, clients_end] = memory_pipe(loop_.driver(), loop_.driver());
            server_.serve(std::move(servers_end));
            in_memory_.connect(std::move(clients_end), *uri::parse("ws://pipe/"), std::move(what));
        }
    }

    /// Opens `count` connections that never stop talking, and returns when all of them do.
    void keep_busy(int count) {
        int talking = 0;
        for (int i = 0; i < count; ++i) {
            connect({.open = [&](connection& peer) { peer.send("and on"); },
                     .message = [this, &talking, count = 0](connection& peer, message m) mutable {
                         if (count++ == 0) ++talking;
                         ++received_;
                         peer.send(m);
                     }});
        }
        while (talking < count) loop_.run_one();
    }

    event_loop loop_{{.engine = GetParam()}};
    server server_{loop_};
    client client_{loop_};
    stream_endpoint in_memory_{loop_.driver()};
    std::string url_;
    int opened_ = 0, closed_ = 0;
    int received_ = 0; // by busy clients
};

/// The same where others can come in.
class life_of_a_run_on_sockets : public life_of_a_run {
protected:
    /// One conversation of somebody else, on a loop of its own.
    static void visit(const std::string& url) {
        event_loop theirs;
        client visitor{theirs};
        visitor.connect(url, {.open = [](connection& peer) { peer.send("hello"); },
                              .message = [](connection& peer, message) { peer.close(); }});
        theirs.run();
    }

    /// Asked on another thread: returns when no connection is left.
    void await_emptiness() {
        empty_ = {};
        loop_.post([this] { look_whether_empty(); });
        empty_.get_future().wait();
    }

private:
    void look_whether_empty() {
        if (server_.connection_count() == 0) return empty_.set_value();
        look_again_.arm_after(1ms);
    }

    std::promise<void> empty_;
    timer look_again_{loop_, [this] { look_whether_empty(); }};
};

// --- run

TEST_P(life_of_a_run, blocks_until_no_work_is_left) {
    std::vector<std::string> done;
    connect({.open = [](connection& peer) { peer.send("hello"); },
             .message =
                 [&](connection& peer, message m) {
                     done.emplace_back(m.text());
                     peer.close();
                     server_.stop_listening();
                 },
             .close = [&](connection&, const report&) { done.emplace_back("closed"); }});
    loop_.post([&] { done.emplace_back("posted"); });
    timer later(loop_, [&] { done.emplace_back("timer"); });
    later.arm_after(20ms);
    loop_.run();
    std::ranges::sort(done);
    EXPECT_EQ(done, (std::vector<std::string>{"closed", "hello", "posted", "timer"}));
    EXPECT_TRUE(loop_.stopped());
    EXPECT_EQ(loop_.work_count(), 0);
    EXPECT_EQ(server_.connection_count(), 0);
}

TEST_P(life_of_a_run_on_sockets, a_server_runs_on_with_no_connections) {
    listen();
    joined_thread others([this] {
        visit(url_);
        await_emptiness();
        visit(url_);
        await_emptiness();
        loop_.post([this] { server_.stop_listening(); });
    });
    loop_.run();
    EXPECT_EQ(closed_, 2);
}

TEST_P(life_of_a_run_on_sockets, stop_listening_refuses_new_ones_and_leaves_the_others) {
    connection* first = nullptr;
    report refused;
    std::string received;
    connect({.open =
                 [&](connection& peer) {
                     first = &peer;
                     server_.stop_listening();
                     client_.connect(url_, {.fail = [&](const report& why) {
                         refused = why;
                         first->send("still here");
                     }});
                 },
             .message =
                 [&](connection& peer, message m) {
                     received = m.text();
                     peer.close();
                 }});
    loop_.run(); // and returns when the last connection is closed
    EXPECT_EQ(refused.error, std::errc::connection_refused);
    EXPECT_EQ(received, "still here");
    EXPECT_EQ(closed_, 1);
    EXPECT_EQ(loop_.work_count(), 0);
}

TEST_P(life_of_a_run_on_sockets, a_clients_run_ends_with_its_connections) {
    listen();
    std::promise<void> visited;
    joined_thread others([&] {
        visit(url_); // returns, although the server goes on
        visited.set_value();
        loop_.stop();
    });
    loop_.run();
    visited.get_future().wait();
    EXPECT_TRUE(server_.is_listening());
}

TEST_P(life_of_a_run_on_sockets, a_perpetual_loop_runs_on_until_stop_perpetual) {
    loop_.start_perpetual();
    loop_.start_perpetual(); // counts as one
    EXPECT_EQ(loop_.work_count(), 1);
    std::promise<void> alone;
    connect({.open =
                 [&](connection& peer) {
                     server_.stop_listening();
                     peer.close();
                 },
             .close = [&](connection&, const report&) { alone.set_value(); }});
    bool received = false;
    joined_thread other([&] {
        alone.get_future().wait();
        await_emptiness();
        loop_.post([&] { received = true; });
        loop_.stop_perpetual();
    });
    loop_.run();
    EXPECT_TRUE(received);
    EXPECT_EQ(loop_.work_count(), 0);
}

TEST_P(life_of_a_run, a_loop_that_was_perpetual_returns_as_any_other) {
    loop_.start_perpetual();
    loop_.post([this] { loop_.stop_perpetual(); });
    EXPECT_EQ(loop_.run(), 1);
    EXPECT_EQ(loop_.work_count(), 0);
    loop_.stop_perpetual(); // says nothing new
    loop_.restart();
    EXPECT_EQ(loop_.run(), 0);
}

// --- stop and restart

TEST_P(life_of_a_run, stop_returns_forcibly) {
    keep_busy(3);
    loop_.post([this] { loop_.stop(); });
    loop_.run();
    EXPECT_TRUE(loop_.stopped());
    EXPECT_EQ(server_.connection_count(), 3) << "nothing was ended";
    EXPECT_EQ(closed_, 0);
    loop_.restart();
    const int before = received_;
    while (received_ == before) ASSERT_NE(loop_.run_one(), 0);
}

TEST_P(life_of_a_run_on_sockets, stop_returns_promptly) {
    int ran = 0;
    for (int i = 0; i < 1000; ++i) {
        loop_.post([&] {
            ++ran;
            loop_.stop();
            const auto end = std::chrono::steady_clock::now() + 1ms;
            while (std::chrono::steady_clock::now() < end) {}
        });
    }
    loop_.run();
    EXPECT_LT(ran, 20) << "ten milliseconds of handlers, and the few until the clock is read";
}

TEST_P(life_of_a_run_on_sockets, stop_from_another_thread_ends_a_busy_run) {
    keep_busy(3);
    joined_thread other([this] { loop_.stop(); });
    loop_.run();
    EXPECT_TRUE(loop_.stopped());
}

TEST_P(life_of_a_run, needs_a_restart_after_it_was_stopped) {
    const work_guard working(loop_);
    int ran = 0;
    loop_.post([&] { loop_.stop(); });
    loop_.run();
    loop_.post([&] { ++ran; });
    EXPECT_EQ(loop_.run(), 0);
    EXPECT_EQ(loop_.run_one(), 0);
    loop_.restart();
    EXPECT_FALSE(loop_.stopped());
    EXPECT_EQ(loop_.run_one(), 1);
    EXPECT_EQ(ran, 1);
}

TEST_P(life_of_a_run, needs_a_restart_after_it_was_out_of_work) {
    EXPECT_EQ(loop_.run(), 0);
    EXPECT_TRUE(loop_.stopped());
    loop_.post([] {});
    EXPECT_EQ(loop_.run(), 0);
    loop_.reset(); // by its other name
    EXPECT_EQ(loop_.run(), 1);
}

// --- steps

TEST_P(life_of_a_run, poll_runs_what_is_ready_and_does_not_wait) {
    bool open = false;
    connect({.open = [&](connection&) { open = true; }});
    while (!open || opened_ == 0) loop_.run_one();
    timer late(loop_, [] { FAIL(); });
    late.arm_after(1h);
    while (loop_.poll() != 0) {} // returns although there is work
    EXPECT_NE(loop_.work_count(), 0);
    for (int i = 0; i < 3; ++i) loop_.post([] {});
    EXPECT_EQ(loop_.poll(), 3);
    EXPECT_EQ(loop_.poll(), 0);
}

TEST_P(life_of_a_run, poll_one_calls_exactly_one_handler) {
    int posted = 0;
    for (int i = 0; i < 3; ++i) loop_.post([&] { ++posted; });
    for (int i = 1; i <= 3; ++i) {
        EXPECT_EQ(loop_.poll_one(), 1);
        EXPECT_EQ(posted, i);
    }
    EXPECT_EQ(loop_.poll_one(), 0);
    keep_busy(3);
    for (int i = 0; i < 1000; ++i) {
        const int before = received_;
        const auto called = loop_.poll_one();
        EXPECT_LE(called, 1);
        EXPECT_LE(received_ - before, static_cast<int>(called));
    }
}

TEST_P(life_of_a_run, busy_connections_cannot_capture_a_fixed_number_of_poll_ones) {
    keep_busy(4);
    std::string quiet;
    connect({.open = [](connection& peer) { peer.send("a word"); },
             .message = [&](connection&, message m) { quiet = m.text(); }});
    int ticks = 0;
    timer ticking(loop_, [&] {
        ++ticks;
        ticking.arm_after(0s);
    });
    ticking.arm_after(0s);
    int posted = 0, frames = 0;
    const int before = received_;
    for (; frames < 200; ++frames) {
        loop_.post([&] { ++posted; });
        for (int i = 0; i < 10; ++i) loop_.poll_one();
    }
    EXPECT_EQ(quiet, "a word");
    EXPECT_GT(received_, before);
    EXPECT_GT(ticks, 100);
    EXPECT_GT(posted, 190) << "one a frame, and the last may still wait";
}

// --- several endpoints

TEST_P(life_of_a_run_on_sockets, serves_several_endpoints_and_returns_when_all_have_ended) {
    server second{loop_};
    int served = 0;
    second.route("/", {.message = [&](connection& peer, message m) {
        ++served;
        peer.send(m);
        second.stop_listening();
    }});
    raw_server* listening = nullptr;
    raw_server third{loop_, {.open = [&](raw_connection& peer) {
        ++served;
        peer.close();
        listening->stop_listening();
    }}};
    listening = &third;
    const auto raw = third.listen("127.0.0.1", 0);
    const auto bound = second.listen("127.0.0.1", 0);
    ASSERT_TRUE(bound && raw);
    client other{loop_};
    raw_client raw_outbound{loop_};
    const auto say = [](connection& peer) { peer.send("hello"); };
    const auto hear = [](connection& peer, message) { peer.close(); };
    connect({.open = say, .message = hear, .close = [&](connection&, const report&) {
        server_.stop_listening(); // the first to end; the others come and go after that
        other.connect("ws://" + bound->str() + "/", {.open = say, .message = hear});
        raw_outbound.connect(raw->str(), {});
    }});
    loop_.run();
    EXPECT_EQ(served, 2);
    EXPECT_EQ(loop_.work_count(), 0);
}

TEST_P(life_of_a_run, stopping_one_endpoint_leaves_the_others_alone) {
    keep_busy(2);
    server second{loop_};
    stream_endpoint second_client{loop_.driver()};
    second.route("/", {});
    auto [servers_end, clients_end] = memory_pipe(loop_.driver(), loop_.driver());
    second.serve(std::move(servers_end));
    int failed = 0;
    second_client.connect(std::move(clients_end), *uri::parse("ws://pipe/"),
                          {.close = [&](connection&, const report&) { ++failed; },
                           .fail = [&](const report&) { ++failed; }});
    second.stop();
    while (failed == 0) ASSERT_NE(loop_.run_one(), 0);
    const int before = received_;
    while (received_ == before) ASSERT_NE(loop_.run_one(), 0);
    EXPECT_EQ(server_.connection_count(), 2);
}

std::string engine_name(const ::testing::TestParamInfo<engine_kind>& instance) {
    return instance.param == engine_kind::virtual_time ? "virtual_time"
                                                       : std::string(name(instance.param));
}

INSTANTIATE_TEST_SUITE_P(sockets, life_of_a_run, ::testing::ValuesIn(available_engines()),
                         engine_name);
INSTANTIATE_TEST_SUITE_P(memory, life_of_a_run, ::testing::Values(engine_kind::virtual_time),
                         engine_name);
INSTANTIATE_TEST_SUITE_P(, life_of_a_run_on_sockets, ::testing::ValuesIn(available_engines()),
                         engine_name);

} // namespace
} // namespace weft::testing
