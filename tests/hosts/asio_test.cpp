// SPDX-License-Identifier: MIT
// What is special in Asio as host: `run` ends when neither has work, posts are called before that,
// and a strand may be run by several threads.
#include <weft/hosts/asio.hpp>

#include <asio/steady_timer.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <weft/loop/timer.hpp>
#include <weft/weft.hpp>

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

TEST(asio_guest, run_lasts_as_long_as_there_is_work_and_no_longer) {
    ::asio::io_context host;
    event_loop loop;
    asio_guest attachment(loop, host);
    host.run();
    for (int i = 0; i < 3; ++i) {
        bool fired = false;
        timer due(loop, [&] { fired = true; });
        due.arm_after(2ms);
        host.restart();
        host.run();
        EXPECT_TRUE(fired);
    }
    EXPECT_TRUE(attachment.attached());
}

TEST(asio_guest, hears_posts_while_it_has_no_work) {
    ::asio::io_context host;
    event_loop loop;
    asio_guest attachment(loop, host);
    ::asio::steady_timer own(host, 30s);
    own.async_wait([](const auto&) {});
    std::thread elsewhere;
    ::asio::steady_timer soon(host, 2ms);
    soon.async_wait(
        [&](const auto&) { elsewhere = std::thread([&] { loop.post([&] { own.cancel(); }); }); });
    host.run();
    elsewhere.join();
    EXPECT_LT(own.expiry() - std::chrono::steady_clock::now(), 30s);
    EXPECT_GT(own.expiry() - std::chrono::steady_clock::now(), 10s) << "it was not waited for";
}

TEST(asio_guest, done_comes_when_the_context_runs) {
    ::asio::io_context host;
    event_loop loop;
    bool done = false;
    asio_guest(loop, host).detach([&] { done = true; });
    EXPECT_FALSE(done);
    host.run();
    EXPECT_TRUE(done);
}

TEST(asio_guest, knows_an_executor_that_forgot_what_it_is) {
    ::asio::io_context host;
    event_loop loop;
    asio_guest attachment(loop, ::asio::any_io_executor(host.get_executor()));
    bool posted = false;
    loop.post([&] { posted = true; });
    host.run();
    EXPECT_TRUE(posted);
}

// --- the context ends first

/// A stay whose context is destroyed before it, on whichever executor.
template <class Executor>
void expect_to_outlive_the_context(Executor (*executor_of)(::asio::io_context&)) {
    event_loop loop;
    auto host = std::make_unique<::asio::io_context>();
    std::optional<asio_guest> attachment(std::in_place, loop, executor_of(*host));
    bool ran = false;
    loop.post([&] { ran = true; });
    host->run();
    EXPECT_TRUE(ran);

    timer later(loop, [] {});
    later.arm_after(1h);
    std::optional<asio_guest> neighbour;
    event_loop other;
    neighbour.emplace(other, executor_of(*host));
    host.reset();
    later.disarm(); // the work ends, and begins again
    later.arm_after(1h);
    loop.post([] {});
    bool done = false;
    attachment->detach([&] { done = true; });
    EXPECT_TRUE(done);
    attachment.reset();
    other = event_loop();
    neighbour.reset();

    host = std::make_unique<::asio::io_context>();
    attachment.emplace(loop, executor_of(*host));
    later.arm_after(1ms);
    host->run();
    EXPECT_FALSE(later.armed());
    attachment->detach();
    host.reset(); // without having run what is left
}

TEST(asio_guest, outlives_its_context) {
    expect_to_outlive_the_context(+[](::asio::io_context& host) { return host.get_executor(); });
}

TEST(asio_guest, outlives_its_context_on_a_strand) {
    expect_to_outlive_the_context(
        +[](::asio::io_context& host) { return ::asio::make_strand(host); });
}

TEST(asio_guest, outlives_its_context_on_an_executor_that_forgot_what_it_is) {
    expect_to_outlive_the_context(
        +[](::asio::io_context& host) -> ::asio::any_io_executor { return host.get_executor(); });
}

TEST(asio_guest, outlives_a_context_that_was_stopped_and_never_ran) {
    event_loop loop;
    std::optional<::asio::io_context> host(std::in_place);
    asio_guest attachment(loop, *host);
    host->stop();
    host.reset();
    EXPECT_TRUE(attachment.attached());
}

/// An io_context with two threads, and an echo on a strand of it.
class asio_guest_threads : public ::testing::Test {
protected:
    ::asio::io_context host{2};
    ::asio::strand<::asio::io_context::executor_type> strand{host.get_executor()};
    event_loop loop;
    asio_guest attachment{loop, strand};
    server echo{loop};
    client outbound_connector{loop};
    connection_handle to;
    int received = 0;

    void begin(int messages) {
        echo.route("/", {.message = [](connection& peer, message m) { peer.send(m); }});
        const auto url = "ws://" + echo.listen("127.0.0.1", 0)->str() + "/";
        to = outbound_connector.connect(url,
                                        {.open = [](connection& peer) { peer.send("0"); },
                                         .message =
                                             [this, messages](connection& peer, message m) {
                                                 if (++received < messages) {
                                                     return void(peer.send(m));
                                                 }
                                                 loop.shutdown(5s);
                                             }});
    }

    void run_on_two_threads() {
        std::thread other([this] { host.run(); });
        host.run();
        other.join();
    }
};

TEST_F(asio_guest_threads, share_a_strand) {
    begin(300);
    int calls = 0;
    for (int i = 0; i < 100; ++i) {
        ::asio::post(strand, [&] {
            ++calls;
            echo.for_each([](connection& peer) { peer.ping(); }); // outside a turn
        });
    }
    run_on_two_threads();
    EXPECT_EQ(received, 300);
    EXPECT_EQ(calls, 100);
    EXPECT_EQ(loop.work_count(), 0U);
}

TEST_F(asio_guest_threads, post_from_outside_the_strand) {
    begin(1 << 30);
    std::atomic<int> sent = 0;
    int posted = 0;
    for (int i = 0; i < 50; ++i) {
        ::asio::post(host, [&] { // beside the strand
            to.send("x");
            ++sent;
            loop.post([&] {
                if (++posted == 50) loop.shutdown(5s);
            });
        });
    }
    run_on_two_threads();
    EXPECT_EQ(sent, 50);
    EXPECT_EQ(posted, 50);
}

} // namespace
} // namespace weft::testing
