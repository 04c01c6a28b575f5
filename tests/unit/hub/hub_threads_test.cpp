// SPDX-License-Identifier: MIT
// Hubs on several threads that share a broker act as one. Also run by ThreadSanitizer.
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <weft/connection/stream_endpoint.hpp>
#include <weft/hub/hub.hpp>
#include <weft/hub/memory_broker.hpp>
#include <weft/stream/manual_driver.hpp>
#include <weft/stream/memory_pipe.hpp>

#include "support/joined_thread.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

constexpr int threads = 3;
constexpr int clients_per_thread = 3;
constexpr int publications = 200; // of each thread

/// One thread's part: a server, a hub, and clients that check the order of each publisher.
class hub_part {
public:
    explicit hub_part(const std::shared_ptr<broker>& shared)
        : server_(driver_), client_(driver_), topics_(driver_, options(shared)),
          clients_(clients_per_thread) {
        server_.route("/", {.open = [this](connection& peer) {
                          EXPECT_TRUE(topics_.subscribe(peer, "news"));
                      }});
        for (auto& one : clients_) {
            auto [a, b] = memory_pipe(driver_, driver_);
            server_.serve(std::move(a));
            client_.connect(std::move(b), *uri::parse("ws://example.org/"),
                            {.message = [this, &one](connection&, message m) { take(one, m); }});
        }
        driver_.settle();
    }

    [[nodiscard]] hub_handle handle() const { return topics_.handle(); }
    [[nodiscard]] int received() const { return received_; }

    void publish(int publisher, int number) {
        topics_.publish("news", static_cast<char>('a' + publisher) + std::to_string(number));
    }
    void turn() {
        if (!driver_.settle()) std::this_thread::yield();
    }

private:
    struct counted {
        int next[threads + 1] = {};
    };

    static hub_options options(const std::shared_ptr<broker>& shared) {
        hub_options made;
        made.broker = shared;
        made.history = {100, 1min};
        return made;
    }

    void take(counted& by, message m) {
        const std::string text(m.text());
        const int from = text[0] - 'a';
        EXPECT_EQ(std::stoi(text.substr(1)), by.next[from]++);
        ++received_;
    }

    manual_driver driver_;
    stream_endpoint server_;
    stream_endpoint client_;
    hub topics_;
    std::vector<counted> clients_;
    int received_ = 0;
};

TEST(hub_threads, every_subscriber_gets_everything_in_the_order_of_each_publisher) {
    constexpr int expected = clients_per_thread * (threads + 1) * publications;
    const auto shared = std::make_shared<memory_broker>();
    const auto limit = std::chrono::steady_clock::now() + 60s;
    std::atomic<int> ready = 0;
    std::atomic<int> done = 0;
    std::vector<hub_handle> handles(threads);
    std::vector<std::unique_ptr<joined_thread>> running;
    for (int i = 0; i < threads; ++i) {
        running.push_back(std::make_unique<joined_thread>([&, i] {
            hub_part part(shared);
            handles[static_cast<std::size_t>(i)] = part.handle();
            ++ready;
            while (ready < threads) std::this_thread::yield();
            int number = 0;
            bool counted = false;
            while (done < threads && std::chrono::steady_clock::now() < limit) {
                if (number < publications) part.publish(i, number++);
                part.turn();
                if (!counted && part.received() == expected) {
                    counted = true;
                    ++done;
                }
            }
            EXPECT_EQ(part.received(), expected);
        }));
    }
    while (ready < threads) std::this_thread::yield();
    for (int number = 0; number < publications; ++number) { // a thread without a driver
        EXPECT_TRUE(
            handles[0].publish("news", static_cast<char>('a' + threads) + std::to_string(number)));
    }
    running.clear();
    EXPECT_EQ(done, threads);
    EXPECT_EQ(shared->topic_count(), 1U); // its history
}

TEST(hub_threads, hubs_may_come_and_go_while_others_publish) {
    const auto shared = std::make_shared<memory_broker>();
    std::atomic<bool> stop = false;
    const joined_thread coming_and_going([&] {
        for (int i = 0; i < 20; ++i) {
            hub_part part(shared);
            for (int turns = 0; turns < 20; ++turns) part.turn();
        }
        stop = true;
    });
    manual_driver driver;
    hub_options options;
    options.broker = shared;
    hub topics(driver, std::move(options));
    while (!stop) {
        topics.publish("other", "x");
        driver.settle();
    }
}

} // namespace
} // namespace weft::testing
