// SPDX-License-Identifier: MIT
// A server on each of several loops: one port, state of their own, one end. Also run by
// ThreadSanitizer.
#include <unistd.h>

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <memory>
#include <set>
#include <thread>

#include <weft/weft.hpp>

#include "support/joined_thread.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

/// What is made on each loop: it says which one it is, and counts without a lock.
class numbered_server {
public:
    numbered_server(event_loop& loop, int number) : server_(loop), number_(number) {
        server_.route("/", {.open = [this](connection& peer) {
                                ++served_;
                                peer.send(std::to_string(number_));
                            },
                            .message = [](connection& peer, message m) { peer.send(m); },
                            .interrupt = [this] { server_.shutdown(5s); }});
    }

    [[nodiscard]] weft::server& server() { return server_; }
    [[nodiscard]] int served() const { return served_; }

private:
    weft::server server_;
    int number_;
    int served_ = 0;
};

class cores_threads : public ::testing::Test {
protected:
    void SetUp() override {
        for (auto& one : loops_) {
            const auto number = static_cast<int>(servers_.size());
            servers_.push_back(std::make_unique<numbered_server>(one, number));
        }
    }

    void share_a_port() {
        std::uint16_t port = 0;
        for (auto& one : servers_) {
            const auto bound = one->server().listen("127.0.0.1", port, {.reuse_port = true});
            ASSERT_TRUE(bound);
            port = bound->port();
            url_ = "ws://" + bound->str() + "/";
        }
    }

    /// Opens a connection and returns which loop serves it; keeps it open.
    int open_one(event_loop& loop, client& outbound_connector, int& ended, report& how) {
        int served_by = -1;
        outbound_connector.connect(url_,
                                   {.message =
                                        [&](connection&, message m) {
                                            served_by = std::stoi(std::string(m.text()));
                                            loop.stop();
                                        },
                                    .close =
                                        [&](connection&, const report& why) {
                                            ++ended;
                                            how = why;
                                        },
                                    .fail = [](const report& why) { ADD_FAILURE() << why; }});
        loop.run();
        loop.restart();
        return served_by;
    }

    event_loops loops_{2};
    std::vector<std::unique_ptr<numbered_server>> servers_;
    std::string url_;
};

TEST_F(cores_threads, share_a_port_and_end_together) {
    share_a_port();
    int opened = 0, ended = 0;
    report how;
    joined_thread outside([&] {
        event_loop loop;
        client outbound_connector{loop};
        std::set<int> seen;
        while (seen.size() < 2 && opened < 1000) {
            seen.insert(open_one(loop, outbound_connector, ended, how));
            ++opened;
        }
        EXPECT_EQ(seen, (std::set{0, 1}));
        loops_.wake(); // as a signal handler would
        loop.run();    // until all are closed
    });
    loops_.run();
    outside.join();
    EXPECT_EQ(ended, opened);
    EXPECT_EQ(how.code(), close_code::going_away);
    EXPECT_EQ(servers_[0]->served() + servers_[1]->served(), opened);
}

TEST_F(cores_threads, shut_down_from_another_thread) {
    share_a_port();
    int ended = 0;
    report how;
    joined_thread outside([&] {
        event_loop loop;
        client outbound_connector{loop};
        open_one(loop, outbound_connector, ended, how);
        loops_.shutdown(5s);
        loop.run();
    });
    loops_.run();
    outside.join();
    EXPECT_EQ(ended, 1);
    EXPECT_TRUE(how.clean()) << how;
}

/// For sockets that cannot share a port: one loop accepts, and hands on in turn.
TEST_F(cores_threads, hand_clients_on_at_accept) {
    std::size_t next = 0;
    listen_options options;
    options.after_accept = [&](int client, const address&) {
        const auto to = next++ % loops_.size();
        if (to == 0) return true;
        const int theirs = ::dup(client);
        loops_[to].post([&, theirs, to] {
            if (!servers_[to]->server().adopt(theirs)) ::close(theirs);
        });
        return false; // closes this loop's descriptor: the other's is the client now
    };
    const auto bound = servers_[0]->server().listen("127.0.0.1", 0, std::move(options));
    ASSERT_TRUE(bound);
    url_ = "ws://" + bound->str() + "/";
    for (auto& one : loops_) one.start_perpetual();
    int ended = 0;
    report how;
    joined_thread outside([&] {
        event_loop loop;
        client outbound_connector{loop};
        for (int i = 0; i < 6; ++i)
            EXPECT_EQ(open_one(loop, outbound_connector, ended, how), i % 2);
        loops_.shutdown(5s);
        for (auto& one : loops_) one.stop_perpetual();
        loop.run();
    });
    loops_.run();
    outside.join();
    EXPECT_EQ(ended, 6);
    EXPECT_TRUE(how.clean()) << how;
    EXPECT_EQ(servers_[1]->served(), 3);
}

/// Two handlers at once, each on its own loop; sends from other threads meanwhile.
TEST_F(cores_threads, call_handlers_of_two_loops_at_the_same_time) {
    std::barrier both(2);
    std::atomic<int> met = 0;
    std::vector<connection_handle> handles(2);
    std::vector<std::unique_ptr<stream_endpoint>> clients;
    for (std::size_t i = 0; i < 2; ++i) {
        auto [far, near] = memory_pipe(loops_[i].driver(), loops_[i].driver());
        auto& outbound_connector =
            clients.emplace_back(std::make_unique<stream_endpoint>(loops_[i].driver()));
        servers_[i]->server().serve(std::move(far));
        outbound_connector->connect(std::move(near), *uri::parse("ws://pipe/"),
                                    {.open =
                                         [&, i](connection& peer) {
                                             handles[i] = peer.handle();
                                             both.arrive_and_wait(); // nobody passes alone
                                             ++met;
                                             handles[1 - i].send("from the other loop");
                                         },
                                     .message =
                                         [](connection& peer, message m) {
                                             if (m.text() == "from the other loop") peer.close();
                                         }});
    }
    loops_.run();
    EXPECT_EQ(met, 2);
}

} // namespace
} // namespace weft::testing
