// SPDX-License-Identifier: MIT
// A context that several threads run: a service for each strand, made by one function, and
// connections spread over them as they are accepted.
#include <atomic>
#include <barrier>
#include <functional>
#include <thread>
#include <vector>

#include "both_ends.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

template <class Asio>
class asio_service_threads : public ::testing::Test {
protected:
    static constexpr int strands = 2;
    using service = typename Asio::service;
    using socket = typename Asio::tcp::socket;

    typename Asio::io_context context;
    std::vector<std::unique_ptr<service>> servers;
    service client{Asio::strand_of(context)};

    void serve(const std::function<void(service&)>& make_routes) {
        for (int i = 0; i < strands; ++i) {
            servers.push_back(std::make_unique<service>(Asio::strand_of(context)));
            make_routes(*servers.back());
        }
    }

    /// Hands the next connection to the next strand; the client's end is on one of its own.
    void connect(handlers what) {
        auto both = tcp_pair<Asio>(context);
        service& chosen = *servers[connected_++ % servers.size()];
        Asio::library::post(chosen.get_executor(),
                            [&chosen, far = std::move(both.second)]() mutable {
                                chosen.serve(std::move(far));
                            });
        Asio::library::post(client.get_executor(),
                            [this, near = std::move(both.first), what = std::move(what)]() mutable {
                                client.connect(std::move(near), at_path("/"), std::move(what));
                            });
    }

    void run_on_threads(int count) {
        std::vector<std::thread> threads;
        for (int i = 0; i < count; ++i) threads.emplace_back([this] { context.run(); });
        for (auto& one : threads) one.join();
    }

private:
    std::size_t connected_ = 0;
};
TYPED_TEST_SUITE(asio_service_threads, two_asios, asio_name);

TYPED_TEST(asio_service_threads, run_handlers_of_one_server_function_at_the_same_time) {
    std::barrier meet(this->strands); // which nobody passes alone
    this->serve([&](auto& each) {
        each.route("/", {.message = [&](connection& peer, message m) {
                             meet.arrive_and_wait();
                             peer.send(m);
                         }});
    });
    for (int i = 0; i < this->strands; ++i) {
        this->connect({.open = [](connection& c) { c.send("x"); },
                       .message = [](connection& c, message) { c.close(); }});
    }
    this->run_on_threads(3);
    for (const auto& each : this->servers) EXPECT_EQ(each->connection_count(), 0U);
}

TYPED_TEST(asio_service_threads, bear_load_and_sends_from_everywhere) {
    constexpr int connections = 8;
    constexpr int messages = 200;
    std::atomic<int> ended = 0;
    this->serve([](auto& each) { each.route("/", echo_handlers()); });
    for (int i = 0; i < connections; ++i) {
        auto left = std::make_shared<int>(messages);
        this->connect({
            .open =
                [this](connection& c) {
                    for (int n = 0; n < 4; ++n) { // beside the strand, by whichever thread
                        TypeParam::library::post(this->context.get_executor(),
                                                 [to = c.handle()] { to.send("y"); });
                    }
                },
            .message =
                [left](connection& c, message m) {
                    if (--*left > 0) c.send(m);
                    else c.close();
                },
            .close = [&](connection&, const report&) { ++ended; },
        });
    }
    this->run_on_threads(3);
    EXPECT_EQ(ended, connections);
}

TYPED_TEST(asio_service_threads, of_a_pool_run_a_service_too) {
    typename TypeParam::thread_pool pool(2);
    std::atomic<bool> received = false;
    typename TypeParam::service echo(
        typename TypeParam::any_io_executor(TypeParam::strand_on(pool.get_executor())));
    TypeParam::library::post(echo.get_executor(), [&] {
        echo.route("/", echo_handlers());
        auto [near, far] = tcp_pair<TypeParam>(pool); // on other executors than the service
        echo.serve(std::move(far));
        echo.connect(std::move(near), at_path("/"),
                     {.open = [](connection& c) { c.send("x"); },
                      .message =
                          [&](connection& c, message) {
                              received = true;
                              c.close();
                          }});
    });
    pool.join();
    EXPECT_TRUE(received);
}

} // namespace
} // namespace weft::testing
