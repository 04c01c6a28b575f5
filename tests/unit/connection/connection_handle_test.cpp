// SPDX-License-Identifier: MIT
// Handles: kept beyond the connection's and the driver's end, and used from other threads.
#include <atomic>
#include <memory>
#include <thread>

#include "connection_fixture.hpp"

namespace weft::testing {
namespace {

using connection_handle_test = connection_fixture;

TEST_F(connection_handle_test, does_what_the_connection_does) {
    open();
    const auto handle = served().handle();
    EXPECT_TRUE(handle.send(std::string("text")));
    EXPECT_TRUE(handle.send(to_bytes("binary")));
    connection* seen = nullptr;
    EXPECT_TRUE(handle.with([&](connection& c) { seen = &c; }));
    EXPECT_EQ(seen, nullptr); // never from inside the call
    driver.settle();
    EXPECT_EQ(seen, &served());
    EXPECT_TRUE(at_client.heard("message text"));
    EXPECT_TRUE(at_client.heard("message binary"));
    EXPECT_TRUE(handle.close(close_code::going_away, "bye"));
    driver.settle();
    EXPECT_EQ(at_client.end->reason(), "bye");
}

TEST_F(connection_handle_test, aborts) {
    open();
    served().handle().abort();
    driver.settle();
    EXPECT_EQ(at_server.end->error, errc::aborted);
}

TEST_F(connection_handle_test, empty) {
    const connection_handle none;
    EXPECT_FALSE(none.send(std::string("a")));
    EXPECT_FALSE(none.close());
    EXPECT_FALSE(none.abort());
    EXPECT_FALSE(none.with([](connection&) {}));
}

TEST_F(connection_handle_test, after_the_end_it_does_nothing) {
    open();
    const auto handle = served().handle();
    const auto second = served().handle();
    connection_handle from_close;
    at_server.on["close"] = [&](connection* c) { from_close = c->handle(); };
    dialled().close();
    driver.settle();
    bool called = false;
    for (const auto& each : {handle, second, from_close}) {
        EXPECT_TRUE(each.with([&](connection&) { called = true; }));
        EXPECT_TRUE(each.send(std::string("a")));
    }
    driver.settle();
    EXPECT_FALSE(called);
}

TEST_F(connection_handle_test, a_lingering_connection_has_ended) {
    server->route("/chat", at_server.all());
    auto peer = visit();
    peer.answers_eof = false;
    peer.write(canned_request() + to_text(frame_builder(role::client).text("x")));
    driver.settle();
    const auto handle = served().handle();
    peer.write(frame_builder(role::client).close(1000));
    driver.settle();
    ASSERT_EQ(at_server.ends, 1);
    ASSERT_EQ(server->connection_count(), 1U);
    bool called = false;
    handle.with([&](connection&) { called = true; });
    driver.settle();
    EXPECT_FALSE(called);
}

TEST_F(connection_handle_test, never_means_a_later_connection) {
    open();
    const auto old = served().handle();
    dialled().close();
    driver.settle();
    for (int i = 0; i < 3; ++i) {
        link();
        driver.settle();
        static_cast<void>(served().handle());
    }
    old.send(std::string("to nobody"));
    old.abort();
    driver.settle();
    EXPECT_FALSE(at_client.heard("message to nobody"));
    EXPECT_EQ(server->connection_count(), 3U);
}

TEST_F(connection_handle_test, after_the_service_is_gone) {
    open();
    const auto handle = served().handle();
    handle.send(std::string("posted before"));
    server.reset();
    EXPECT_TRUE(handle.send(std::string("and after")));
    driver.settle();
    EXPECT_EQ(at_client.ends, 1);
}

TEST_F(connection_handle_test, ends_its_own_connection_while_it_works) {
    open();
    served().handle().with([this](connection& c) {
        c.abort();
        server.reset();
        EXPECT_EQ(c.send("a"), send_result::closed);
    });
    driver.settle();
    EXPECT_EQ(at_server.ends, 0);
}

TEST(connection_handle_life_test, after_the_drivers_end) {
    connection_handle handle;
    const auto kept = std::make_shared<int>();
    {
        manual_driver driver;
        service server(driver);
        auto [a, b] = memory_pipe(driver, driver);
        handle = server.serve(std::move(a)).handle();
        EXPECT_TRUE(handle.with([kept](connection&) { FAIL(); }));
        EXPECT_EQ(kept.use_count(), 2);
    }
    EXPECT_EQ(kept.use_count(), 1);
    EXPECT_FALSE(handle.send(std::string("a")));
    EXPECT_FALSE(handle.close());
}

using connection_handle_threads_test = connection_fixture;

TEST_F(connection_handle_threads_test, many_threads_send_and_one_closes) {
    constexpr int senders = 3;
    constexpr int each_sends = 200;
    connection_options options;
    options.queue_size_max = unlimited;
    open(options);
    std::atomic<int> running = senders;
    const auto handle = served().handle();
    std::vector<std::thread> threads;
    for (int i = 0; i < senders; ++i) {
        threads.emplace_back([handle, &running] {
            for (int n = 0; n < each_sends; ++n) EXPECT_TRUE(handle.send(std::string("m")));
            --running;
        });
    }
    while (running != 0) driver.settle();
    for (auto& each : threads) each.join();
    driver.settle();
    EXPECT_EQ(at_client.count("message m"), static_cast<std::size_t>(senders * each_sends));
    std::thread([handle] { handle.close(); }).join();
    driver.settle();
    EXPECT_EQ(at_server.ends, 1);
}

TEST(connection_handle_life_threads_test, threads_use_it_while_the_driver_ends) {
    std::atomic<bool> started = false;
    std::atomic<bool> over = false;
    std::thread user;
    {
        manual_driver driver;
        service server(driver);
        auto [a, b] = memory_pipe(driver, driver);
        const auto handle = server.serve(std::move(a)).handle();
        user = std::thread([handle, &started, &over] {
            while (handle.send(std::string("m"))) started = true;
            over = true;
        });
        while (!started) driver.settle();
    }
    user.join();
    EXPECT_TRUE(over);
}

} // namespace
} // namespace weft::testing
