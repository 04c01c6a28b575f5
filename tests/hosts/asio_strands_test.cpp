// SPDX-License-Identifier: MIT
// Several event loops in one io_context, each on a strand: servers that one function makes, threads
// that run them all, and the end of `run`. Also run by ThreadSanitizer.
#include <weft/hosts/asio.hpp>

#include <asio/executor_work_guard.hpp>

#include <atomic>
#include <barrier>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include <weft/weft.hpp>

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

/// What is made on each loop; it says which one it is, and counts without a lock.
struct server_of_a_strand {
    server_of_a_strand(event_loop& loop, std::size_t number) : server_(loop) {
        server_.route("/", {.open =
                                [this, number](connection& peer) {
                                    ++served_;
                                    peer.send(std::to_string(number));
                                    if (opened_) opened_(peer);
                                },
                            .message = [](connection& peer, message m) { peer.send(m); }});
    }

    server server_;
    std::function<void(connection&)> opened_;
    int served_ = 0;
};

class asio_strands_threads : public ::testing::Test {
protected:
    ::asio::io_context context;
    event_loops loops{3};
    asio_guests strands{loops, context};
    std::vector<std::unique_ptr<server_of_a_strand>> servers;
    std::vector<std::thread> threads;
    std::string url;

    void SetUp() override {
        for (auto& one : loops) {
            servers.push_back(std::make_unique<server_of_a_strand>(one, servers.size()));
        }
    }

    void share_a_port() {
        std::uint16_t port = 0;
        for (const auto& one : servers) {
            const auto bound = one->server_.listen("127.0.0.1", port, {.reuse_port = true});
            ASSERT_TRUE(bound);
            port = bound->port();
            url = "ws://" + bound->str() + "/";
        }
    }

    /// One loop listens, and hands on in turn.
    void hand_on() {
        listen_options options;
        options.after_accept = [this, next = std::size_t{0}](int client, const address&) mutable {
            const auto to = next++ % loops.size();
            if (to == 0) return true;
            loops[to].post([theirs = ::dup(client), &adopts = servers[to]->server_] {
                if (!adopts.adopt(theirs)) ::close(theirs);
            });
            return false;
        };
        const auto bound = servers[0]->server_.listen("127.0.0.1", 0, std::move(options));
        ASSERT_TRUE(bound);
        url = "ws://" + bound->str() + "/";
    }

    void begin_to_run(int count) {
        while (count-- != 0) threads.emplace_back([this] { context.run(); });
    }
    void wait_for_run_to_return() {
        for (auto& one : threads) one.join();
        threads.clear();
    }

    /// What is posted to a context whose `run` has returned waits for the next one.
    void expect_that_it_runs() {
        std::promise<void> called;
        ::asio::post(context, [&] { called.set_value(); });
        ASSERT_EQ(called.get_future().wait_for(20s), std::future_status::ready);
    }

    /// On the strand of a loop, and waits for it.
    template <class Work>
    void on_strand(std::size_t which, Work work) {
        std::promise<void> did;
        ::asio::post(strands[which], [&] {
            work();
            did.set_value();
        });
        ASSERT_EQ(did.get_future().wait_for(20s), std::future_status::ready);
    }
};

/// A client outside, on a loop of its own that the test runs.
class visitor {
public:
    /// Opens a connection and returns which loop serves it.
    int open(const std::string& url) {
        int served_by = -1;
        last_ = connector_.connect(
            url,
            {.message =
                 [&](connection&, message m) {
                     served_by = std::stoi(std::string(m.text()));
                     loop_.stop();
                 },
             .close = [this](connection&, const report& why) { closed_ += why.clean(); },
             .fail = [](const report& why) { ADD_FAILURE() << why; }});
        run();
        return served_by;
    }
    void close_last() { last_.close(); }

    /// Until all connections have ended, unless it is stopped.
    void run() {
        loop_.run();
        loop_.restart();
    }
    [[nodiscard]] int closed() const { return closed_; }

private:
    event_loop loop_;
    client connector_{loop_};
    connection_handle last_;
    int closed_ = 0;
};

TEST_F(asio_strands_threads, share_a_port_and_end_together) {
    share_a_port();
    begin_to_run(2);
    visitor outside;
    std::set<int> seen;
    int opened = 0;
    for (; seen.size() < loops.size() && opened < 1000; ++opened) seen.insert(outside.open(url));
    EXPECT_EQ(seen.size(), loops.size());
    loops.shutdown(5s);
    outside.run();
    wait_for_run_to_return();
    EXPECT_EQ(outside.closed(), opened);
    int served = 0;
    for (const auto& one : servers) served += one->served_;
    EXPECT_EQ(served, opened);
}

TEST_F(asio_strands_threads, call_handlers_of_one_server_at_the_same_time) {
    hand_on();
    std::barrier meet(static_cast<std::ptrdiff_t>(loops.size())); // nobody passes alone
    for (const auto& one : servers) {
        one->opened_ = [&](connection& peer) {
            meet.arrive_and_wait();
            peer.close();
        };
    }
    begin_to_run(3);
    event_loop loop;
    client outbound_connector{loop};
    int closed = 0;
    for (std::size_t i = 0; i < loops.size(); ++i) {
        outbound_connector.connect(url, {.close = [&](connection&, const report&) { ++closed; }});
    }
    loop.run();
    EXPECT_EQ(closed, 3);
    loops.shutdown(5s);
    wait_for_run_to_return();
    for (const auto& one : servers) EXPECT_EQ(one->served_, 1) << "handed on in turn";
}

TEST_F(asio_strands_threads, bear_load_and_sends_from_everywhere) {
    constexpr int clients = 9;
    constexpr int messages = 100;
    constexpr int sent_beside = 30;
    share_a_port();
    for (const auto& one : servers) {
        one->opened_ = [this](connection& peer) {
            for (int i = 0; i < sent_beside; ++i) { // by whichever thread
                ::asio::post(context, [to = peer.handle()] { to.send("beside"); });
            }
        };
    }
    begin_to_run(3);
    event_loop loop;
    client outbound_connector{loop};
    int done = 0;
    for (int i = 0; i < clients; ++i) {
        outbound_connector.connect(
            url,
            {.message =
                 [&, echoes = messages, beside = sent_beside](connection& peer, message m) mutable {
                     if (m.text() == "beside")
                         --beside;
                     else if (--echoes > 0)
                         peer.send(m);
                     if (beside == 0 && echoes == 0) peer.close();
                 },
             .close = [&](connection&, const report& why) { done += why.clean(); }});
    }
    loop.run();
    EXPECT_EQ(done, clients);
    loops.shutdown(5s);
    wait_for_run_to_return();
}

TEST_F(asio_strands_threads, run_returns_when_the_last_endpoint_has_ended_and_not_before) {
    const auto bound = servers[0]->server_.listen("127.0.0.1", 0);
    const auto other = servers[1]->server_.listen("127.0.0.1", 0);
    ASSERT_TRUE(bound && other);
    client outbound_connector{loops[2]};
    std::promise<void> opened, closed;
    const auto connected = outbound_connector.connect(
        "ws://" + other->str() + "/",
        {.open = [&](connection&) { opened.set_value(); },
         .close = [&](connection&, const report&) { closed.set_value(); }});
    std::optional own(::asio::make_work_guard(context)); // the application's
    begin_to_run(3);
    ASSERT_EQ(opened.get_future().wait_for(20s), std::future_status::ready);
    expect_that_it_runs();
    own.reset();
    expect_that_it_runs();
    on_strand(1, [&] { servers[1]->server_.stop_listening(); });
    expect_that_it_runs();
    connected.close();
    ASSERT_EQ(closed.get_future().wait_for(20s), std::future_status::ready);
    on_strand(1, [] {});
    on_strand(2, [] {});
    expect_that_it_runs();
    on_strand(0, [&] { servers[0]->server_.stop_listening(); });
    wait_for_run_to_return();
    for (auto& one : loops) EXPECT_EQ(one.work_count(), 0U);
}

TEST_F(asio_strands_threads, hear_what_is_posted_to_them_before_run_returns) {
    std::atomic<int> called = 0;
    loops[1].post([&] { ++called; });
    context.run();
    EXPECT_EQ(called, 1) << "it was posted before";
    ::asio::post(context, [&] { loops[2].post([&] { ++called; }); });
    context.restart();
    context.run();
    EXPECT_EQ(called, 2) << "nothing else kept it running";
    std::function<void(std::size_t)> hand_round = [&](std::size_t at) {
        if (++called < 300) loops[at].post([&, at] { hand_round((at + 1) % loops.size()); });
    };
    ::asio::post(context, [&] { hand_round(0); });
    context.restart();
    begin_to_run(3);
    wait_for_run_to_return();
    EXPECT_EQ(called, 300);
}

TEST_F(asio_strands_threads, run_while_a_loop_is_perpetual) {
    loops[2].start_perpetual();
    begin_to_run(2);
    expect_that_it_runs();
    loops[2].stop_perpetual();
    wait_for_run_to_return();
}

TEST_F(asio_strands_threads, leave_while_the_context_runs) {
    share_a_port();
    std::optional own(::asio::make_work_guard(context));
    begin_to_run(3);
    visitor outside;
    outside.open(url);
    std::promise<void> gone;
    strands.detach([&] { gone.set_value(); });
    ASSERT_EQ(gone.get_future().wait_for(20s), std::future_status::ready);
    servers.clear();
    outside.run(); // whose connection has ended
    expect_that_it_runs();
    own.reset();
    wait_for_run_to_return();
}

} // namespace
} // namespace weft::testing
