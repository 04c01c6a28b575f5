// SPDX-License-Identifier: MIT
// What other threads may do: handles, posts, waking the loop. Also run by ThreadSanitizer.
#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "endpoint/endpoint_fixture.hpp"
#include "support/joined_thread.hpp"

namespace weft::testing {
namespace {

class endpoint_threads : public endpoint {};

TEST_P(endpoint_threads, send_and_close_through_handles) {
    constexpr int threads = 4, messages = 100;
    std::vector<std::string> received;
    server_->route("/",
                   {.message = [&](connection&, message m) { received.emplace_back(m.text()); }});
    listen();
    ending outbound;
    std::vector<std::thread> senders;
    std::atomic<int> left = threads;
    client_->connect(url("/"), outbound.observe({.open = [&](connection& peer) {
        for (int i = 0; i < threads; ++i) {
            senders.emplace_back([&left, i, to = peer.handle()] {
                for (int j = 0; j < messages; ++j)
                    EXPECT_EQ(to.send(std::to_string(i) + ' ' + std::to_string(j)),
                              send_result::accepted);
                if (--left == 0) to.close(close_code::normal, "all sent");
            });
        }
    }}));
    EXPECT_TRUE(run_until([&] { return outbound.ended(); }));
    for (auto& sender : senders)
        sender.join();
    EXPECT_TRUE(outbound.why.clean()) << outbound.why;
    ASSERT_EQ(received.size(), threads * messages);
    for (int i = 0; i < threads; ++i) {
        int next = 0;
        for (const auto& text : received) {
            if (text.starts_with(std::to_string(i) + ' ')) {
                EXPECT_EQ(text, std::to_string(i) + ' ' + std::to_string(next++));
            }
        }
        EXPECT_EQ(next, messages);
    }
}

TEST_P(endpoint_threads, send_too_much_before_it_is_connected) {
    serve_echo();
    connect_options options;
    options.connection.queue_size_max = 10'000;
    options.connection.when_full = queue_policy::close;
    ending outbound;
    const auto to = client_->connect(url(), outbound.observe({}), options);
    std::thread([&] {
        while (to.send("more") != send_result::dropped) {}
    }).join();
    EXPECT_TRUE(run_until([&] { return outbound.ended(); }));
    EXPECT_EQ(outbound.why.error, errc::queue_full) << outbound.why;
    EXPECT_EQ(to.send("more"), send_result::closed);
    EXPECT_TRUE(run_until([&] { return client_->connection_count() == 0; }));
}

TEST_P(endpoint_threads, use_handles_while_connections_come_and_go) {
    serve_echo();
    std::atomic<bool> over = false;
    std::vector<joined_thread> senders;
    int ended = 0;
    constexpr int connections = 40;
    for (int i = 0; i < connections; ++i) {
        const auto to = client_->connect(
            url(), {.message = [](connection& peer, message) { peer.close(); },
                    .close = [&](connection&, const report&) { ++ended; },
                    .fail = [](const report& why) { ADD_FAILURE() << why; }});
        if (i % 10 == 0) {
            senders.emplace_back([to, &over] {
                while (!over) {
                    to.send("hello");
                    std::this_thread::yield();
                }
            });
        } else {
            to.with([](connection& one) { one.data() = 1; });
        }
    }
    int greeted = 0;
    EXPECT_TRUE(run_until([&] {
        client_->for_each([&](connection& one) {
            if (one.is_open() && !one.data_as<bool>()) {
                one.data() = true;
                one.send("from the owner");
                ++greeted;
            }
        });
        return ended == connections;
    }));
    over = true;
}

TEST_P(endpoint_threads, hold_handles_longer_than_the_loop_lives) {
    serve_echo();
    std::atomic<bool> over = false, refused = false;
    const auto to = client_->connect(url(), {});
    joined_thread sender([&] {
        while (!over)
            refused = to.send("hello") == send_result::closed;
    });
    bool turned = false;
    loop().post([&] { turned = true; });
    EXPECT_TRUE(run_until([&] { return turned; }));
    way_->destroy_loop();
    while (!refused)
        std::this_thread::yield();
    over = true;
}

TEST_P(endpoint_threads, wake_the_loop_which_interrupts_each_route_and_outbound_connection_once) {
    int route = 0, other_route = 0, outbound = 0;
    server_->route("/echo", {.interrupt = [] { ADD_FAILURE() << "it was replaced"; }});
    server_->route("/echo", {.interrupt = [&] { ++route; }});
    server_->route("/other", {.interrupt = [&] { ++other_route; }});
    listen();
    int opened = 0;
    for (int i = 0; i < 2; ++i) {
        client_->connect(
            url(), {.open = [&](connection&) { ++opened; }, .interrupt = [&] { ++outbound; }});
    }
    ASSERT_TRUE(run_until([&] { return opened == 2; }));
    joined_thread([this] { loop().wake(); }).join();
    EXPECT_TRUE(run_until([&] { return route != 0 && other_route != 0 && outbound == 2; }));
    EXPECT_EQ(route, 1);
    EXPECT_EQ(other_route, 1);
    EXPECT_EQ(outbound, 2);
}

TEST_P(endpoint_threads, share_a_port_with_a_loop_each) {
    const auto say = [](std::string word) {
        return handlers{.open = [word](connection& peer) {
            peer.send(word);
            peer.close();
        }};
    };
    const auto bound = server_->listen("127.0.0.1", 0, {.reuse_port = true});
    ASSERT_TRUE(bound);
    port_ = bound->port();
    server_->route("/", say("here"));
    std::promise<event_loop*> running;
    joined_thread other([&] {
        event_loop theirs;
        server second{theirs};
        second.route("/", say("there"));
        EXPECT_TRUE(second.listen("127.0.0.1", port_, {.reuse_port = true}));
        running.set_value(&theirs);
        theirs.run();
    });
    event_loop* theirs = running.get_future().get();
    int here = 0, there = 0;
    for (int asked = 0; here == 0 || there == 0; ++asked) {
        ASSERT_LT(asked, 1000);
        ending outbound;
        client_->connect(url("/"), outbound.observe({.message = [&](connection&, message m) {
            ++(m.text() == "here" ? here : there);
        }}));
        ASSERT_TRUE(run_until([&] { return outbound.ended(); }));
    }
    theirs->post([theirs] { theirs->stop(); });
}

WEFT_IN_EVERY_WAY(endpoint_threads);

} // namespace
} // namespace weft::testing
