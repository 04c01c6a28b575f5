// SPDX-License-Identifier: MIT
// Handles: kept beyond the connection's and the driver's end, and used from other threads.
#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <stdexcept>
#include <thread>
#include <unordered_set>

#include "connection_fixture.hpp"
#include "support/allocations.hpp"
#include "support/canned_handshake.hpp"

namespace weft::testing {
namespace {

using connection_handle_test = connection_fixture;

TEST_F(connection_handle_test, does_what_the_connection_does) {
    open();
    const auto handle = served().handle();
    EXPECT_EQ(handle.send(std::string("text")), send_result::accepted);
    EXPECT_EQ(handle.send(to_bytes("binary")), send_result::accepted);
    const std::string kept = "kept";
    EXPECT_EQ(handle.send(kept), send_result::accepted);
    EXPECT_EQ(handle.send("literal"), send_result::accepted);
    EXPECT_EQ(handle.send(std::array<std::uint8_t, 1>{'b'}), send_result::accepted);
    connection* seen = nullptr;
    EXPECT_TRUE(handle.with([&](connection& c) { seen = &c; }));
    EXPECT_EQ(seen, nullptr); // never from inside the call
    driver.settle();
    EXPECT_EQ(seen, &served());
    EXPECT_TRUE(at_client.logged("message text"));
    EXPECT_TRUE(at_client.logged("message binary"));
    EXPECT_TRUE(at_client.logged("message kept"));
    EXPECT_TRUE(at_client.logged("message literal"));
    EXPECT_TRUE(at_client.logged("message b"));
    EXPECT_EQ(handle.queued_bytes(), 0U);
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
    EXPECT_EQ(none.send(std::string("a")), send_result::closed);
    EXPECT_EQ(none.send("a"), send_result::closed);
    EXPECT_EQ(none.queued_bytes(), 0U);
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
    outbound().close();
    driver.settle();
    bool called = false;
    for (const auto& each : {handle, second, from_close}) {
        EXPECT_TRUE(each.with([&](connection&) { called = true; }));
        EXPECT_EQ(each.send("a"), send_result::closed);
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
    outbound().close();
    driver.settle();
    for (int i = 0; i < 3; ++i) {
        link();
        driver.settle();
        static_cast<void>(served().handle());
    }
    old.send(std::string("to nobody"));
    old.abort();
    driver.settle();
    EXPECT_FALSE(at_client.logged("message to nobody"));
    EXPECT_EQ(server->connection_count(), 3U);
}

TEST_F(connection_handle_test, after_the_service_is_gone) {
    open();
    const auto handle = served().handle();
    handle.send(std::string("posted before"));
    server.reset();
    EXPECT_EQ(handle.send(std::string("and after")), send_result::closed);
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

// --- what is posted counts

TEST_F(connection_handle_test, what_is_posted_counts_before_it_runs) {
    connection_options options;
    options.queue_size_max = 16 * 1024;
    open(options);
    const auto handle = served().handle();
    const live_memory memory;
    std::size_t taken = 0;
    std::size_t backed_up = 0;
    std::size_t dropped = 0;
    for (int i = 0; i < 100'000; ++i) {
        switch (handle.send("x")) {
        case send_result::backed_up: ++backed_up; [[fallthrough]];
        case send_result::accepted: ++taken; break;
        case send_result::dropped: ++dropped; break;
        case send_result::closed: FAIL();
        }
    }
    EXPECT_LE(memory.peak(), 2 * options.queue_size_max);
    EXPECT_GE(taken, options.queue_size_max / 2 / (handle_state::post_overhead + 1));
    EXPECT_NE(backed_up, 0U);
    EXPECT_EQ(taken + dropped, 100'000U);
    EXPECT_LE(handle.queued_bytes(), options.queue_size_max);
    EXPECT_EQ(at_server.count("writable"), 0U);
    driver.settle();
    EXPECT_EQ(at_client.count("message x"), taken);
    EXPECT_EQ(at_server.count("writable"), 1U);
    EXPECT_EQ(handle.queued_bytes(), 0U);
    EXPECT_EQ(handle.send("x"), send_result::accepted);
}

TEST_F(connection_handle_test, posted_work_that_throws_is_no_longer_counted) {
    open();
    const auto handle = served().handle();
    int errors = 0;
    driver.on_error([&](std::exception_ptr) { ++errors; });
    handle.with([](connection&) { throw std::runtime_error("a bad day"); });
    EXPECT_EQ(handle.queued_bytes(), handle_state::post_overhead);
    driver.settle();
    EXPECT_EQ(errors, 1);
    EXPECT_EQ(handle.queued_bytes(), 0U);
}

TEST_F(connection_handle_test, posts_and_sends_share_one_limit) {
    connection_options options;
    options.queue_size_max = 100'000;
    options.when_full = queue_policy::drop;
    open(options);
    outbound().pause();
    const auto handle = served().handle();
    while (served().send(std::string(10'000, 'q')) != send_result::backed_up) driver.settle();
    EXPECT_GE(handle.queued_bytes(), served().buffered_amount());
    EXPECT_EQ(handle.send(std::string(60'000, 'p')), send_result::backed_up);
    EXPECT_EQ(served().send(std::string(50'000, 'q')), send_result::dropped);
    EXPECT_EQ(handle.send(std::string(50'000, 'p')), send_result::dropped);
    outbound().resume();
    driver.settle();
    EXPECT_TRUE(at_client.logged("message " + std::string(60'000, 'p'))); // what was taken is sent
    EXPECT_TRUE(at_server.logged("writable"));
}

TEST_F(connection_handle_test, a_send_beyond_the_limit_ends_the_connection_if_wanted) {
    connection_options options;
    options.queue_size_max = 10'000;
    options.when_full = queue_policy::close;
    open(options);
    const auto handle = served().handle();
    while (handle.send(std::string(1000, 'x')) != send_result::dropped) {}
    driver.settle();
    ASSERT_TRUE(at_server.end);
    EXPECT_EQ(at_server.end->error, errc::queue_full);
    EXPECT_EQ(at_client.end->code(), close_code::policy_violation);
}

TEST_F(connection_handle_test, inside_a_turn_it_sends_at_once) {
    open();
    const auto handle = served().handle();
    at_server.on["message"] = [&](connection* c) {
        EXPECT_EQ(handle.send("first"), send_result::accepted);
        EXPECT_EQ(c->send("second"), send_result::accepted);
        EXPECT_EQ(handle.queued_bytes(), 0U);
        c->close();
        EXPECT_EQ(handle.send("third"), send_result::closed);
    };
    outbound().send("a");
    driver.settle();
    ASSERT_EQ(at_client.log.size(), 4U);
    EXPECT_EQ(at_client.log[1], "message first");
    EXPECT_EQ(at_client.log[2], "message second");
}

TEST_F(connection_handle_test, inside_a_turn_it_stays_behind_what_was_posted) {
    open();
    const auto handle = served().handle();
    handle.with([&](connection&) { handle.send("second"); });
    handle.send("first");
    handle.send("third");
    driver.settle();
    const std::vector<std::string> received(at_client.log.begin() + 1, at_client.log.end());
    EXPECT_EQ(received, (std::vector<std::string>{"message first", "message third",
                                               "message second"}));
}

TEST_F(connection_handle_test, what_is_sent_before_open_arrives_after_it) {
    server->route("/", at_server.all());
    at_client.on["open"] = [](connection* c) { c->send("from open"); };
    const auto handle = link().handle();
    EXPECT_EQ(handle.send("early"), send_result::accepted);
    EXPECT_NE(handle.queued_bytes(), 0U);
    driver.settle();
    EXPECT_EQ(handle.queued_bytes(), 0U);
    ASSERT_EQ(at_server.log.size(), 4U) << at_server.log.size();
    EXPECT_EQ(at_server.log[2], "message from open");
    EXPECT_EQ(at_server.log[3], "message early");
}

TEST_F(connection_handle_test, what_is_sent_before_open_is_limited) {
    server->route("/", at_server.all());
    connect_options options;
    options.connection.queue_size_max = 10'000;
    const auto handle = link("ws://example.org/", options).handle();
    int taken = 0;
    while (handle.send("early") != send_result::dropped) ++taken;
    driver.settle();
    EXPECT_EQ(at_server.count("message early"), static_cast<std::size_t>(taken));
    EXPECT_TRUE(at_client.logged("writable"));
}

TEST_F(connection_handle_test, a_connection_that_never_opens_says_closed) {
    const auto handle = link().handle(); // to a server without a route
    EXPECT_EQ(handle.send("early"), send_result::accepted);
    driver.settle();
    ASSERT_TRUE(at_client.logged("fail"));
    EXPECT_EQ(handle.send("late"), send_result::closed);
}

TEST_F(connection_handle_test, a_message_waits_for_the_end_of_one_in_parts) {
    open();
    const auto handle = served().handle();
    served().send_part("one ", false);
    EXPECT_EQ(handle.send("two"), send_result::accepted);
    driver.settle();
    EXPECT_FALSE(at_client.logged("message two"));
    served().send_part("message", true);
    driver.settle();
    ASSERT_EQ(at_client.log.size(), 3U);
    EXPECT_EQ(at_client.log[1], "message one message");
    EXPECT_EQ(at_client.log[2], "message two");
}

TEST_F(connection_handle_test, a_handler_sends_in_the_order_of_its_calls) {
    server->route("/order", {.message = [](connection& c, message) {
                      const auto handle = c.handle();
                      handle.send("1");
                      c.send_part("2", false);
                      EXPECT_EQ(handle.send("3"), send_result::accepted);
                      EXPECT_EQ(handle.send(std::string("4")), send_result::accepted);
                      EXPECT_EQ(handle.send(prepared_message("5")), send_result::accepted);
                      EXPECT_NE(handle.queued_bytes(), 0U);
                      c.send_part("2", true);
                      EXPECT_EQ(handle.queued_bytes(), 0U);
                      c.send("6");
                      handle.send("7");
                  }});
    link("ws://example.org/order");
    driver.settle();
    outbound().send("go");
    driver.settle();
    const std::vector<std::string> expected{"message 1", "message 22", "message 3", "message 4",
                                            "message 5", "message 6",  "message 7"};
    EXPECT_EQ(std::vector(at_client.log.begin() + 1, at_client.log.end()), expected);
}

TEST_F(connection_handle_test, reading_waits_while_mail_is_behind) {
    constexpr std::size_t messages = 2000;
    constexpr std::size_t posts_each = 500;
    std::size_t waiting = 0;
    std::size_t most = 0;
    server->route("/chat", {.message = [&](connection& c, message) {
                      for (std::size_t i = 0; i < posts_each; ++i) {
                          c.handle().with([&](connection&) { --waiting; });
                          most = std::max(most, ++waiting);
                      }
                  }});
    auto peer = visit();
    std::string many = canned_request();
    for (std::size_t i = 0; i < messages; ++i) {
        many += to_text(frame_builder(role::client).text("x"));
    }
    peer.write(many);
    driver.settle();
    EXPECT_EQ(waiting, 0U);
    EXPECT_LT(most, 20 * posts_each); // all of them would be a hundred times as much
}

// --- which connection it is

TEST_F(connection_handle_test, is_equal_to_handles_of_the_same_connection) {
    open();
    const auto handle = served().handle();
    std::map<connection_handle, int> ordered{{handle, 1}, {outbound().handle(), 2}};
    std::unordered_set<connection_handle> hashed{handle, served().handle(), outbound().handle()};
    EXPECT_EQ(ordered.size(), 2U);
    EXPECT_EQ(hashed.size(), 2U);
    EXPECT_EQ(handle, served().handle());
    EXPECT_NE(handle, outbound().handle());
    EXPECT_NE(handle, connection_handle());
    EXPECT_EQ(connection_handle(), connection_handle());
    std::size_t erased = 0;
    at_server.on["close"] = [&](connection* c) { erased = ordered.erase(c->handle()); };
    outbound().close();
    driver.settle();
    EXPECT_EQ(erased, 1U);
    for (int i = 0; i < 3; ++i) {
        link();
        driver.settle();
        EXPECT_NE(handle, served().handle());
        EXPECT_FALSE(hashed.contains(served().handle()));
    }
    EXPECT_TRUE(hashed.contains(handle));
}

TEST(connection_handle_life_test, after_the_drivers_end) {
    connection_handle handle;
    const auto kept = std::make_shared<int>();
    {
        manual_driver driver;
        stream_endpoint server(driver);
        auto [a, b] = memory_pipe(driver, driver);
        handle = server.serve(std::move(a)).handle();
        EXPECT_TRUE(handle.with([kept](connection&) { FAIL(); }));
        EXPECT_EQ(kept.use_count(), 2);
    }
    EXPECT_EQ(kept.use_count(), 1);
    EXPECT_EQ(handle.send(std::string("a")), send_result::closed);
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
            for (int n = 0; n < each_sends; ++n) EXPECT_NE(handle.send("m"), send_result::dropped);
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
        stream_endpoint server(driver);
        auto [a, b] = memory_pipe(driver, driver);
        const auto handle = server.serve(std::move(a)).handle();
        user = std::thread([handle, &started, &over] {
            while (handle.send(std::string("m")) != send_result::closed) started = true;
            over = true;
        });
        while (!started) driver.settle();
    }
    user.join();
    EXPECT_TRUE(over);
}

} // namespace
} // namespace weft::testing
