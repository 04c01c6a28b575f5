// SPDX-License-Identifier: MIT
// Prepared messages over connections and handles: whoever does not read keeps a reference, the
// queue's limit counts all bytes, and handles choose compression.
#include <memory>
#include <string>
#include <vector>

#include <weft/core/prepared_message.hpp>

#include "connection_fixture.hpp"
#include "support/allocations.hpp"
#include "support/run_length_codec.hpp"

namespace weft::testing {
namespace {

class prepared_over_connections : public connection_fixture {
public:
    /// Clients by hand that do not read.
    std::vector<std::unique_ptr<raw_peer>> peers;

    void open_stalled(std::size_t count, const connection_options& options) {
        server->route("/chat", at_server.all(), {.connection = options, .subprotocol = {}});
        for (std::size_t i = 0; i < count; ++i) {
            auto [a, b] = memory_pipe(driver, driver, capacity);
            server->serve(std::move(a));
            peers.push_back(std::make_unique<raw_peer>(std::move(b)));
            peers.back()->write(canned_request());
        }
        driver.settle();
        ASSERT_EQ(at_server.opens, static_cast<int>(count));
        for (auto& each : peers) {
            each->received.clear();
            each->end().pause();
        }
    }
};

TEST_F(prepared_over_connections, arrives_in_both_directions) {
    open();
    const prepared_message small("small");
    const std::string text(100'000, 'x');
    const prepared_message large{message(text)};
    EXPECT_EQ(served().send(small), send_result::accepted);
    EXPECT_NE(served().send(large), send_result::closed);
    EXPECT_EQ(outbound().send(small), send_result::accepted);
    EXPECT_NE(outbound().send(large), send_result::closed);
    driver.settle();
    for (listener* each : {&at_server, &at_client}) {
        EXPECT_TRUE(each->logged("message small"));
        EXPECT_TRUE(each->logged("message " + text));
    }
    EXPECT_EQ(served().send_part("part", false), send_result::accepted);
    EXPECT_EQ(served().send(small), send_result::closed);
}

TEST_F(prepared_over_connections, is_held_once_for_all_who_do_not_read) {
    constexpr std::size_t count = 200;
    constexpr std::size_t size = 1024 * 1024;
    capacity = 1024;
    connection_options options;
    options.queue_size_max = 4 * size;
    open_stalled(count, options);
    const live_memory held;
    {
        const prepared_message whole{message(std::string(size, 'x'))};
        server->for_each([&](connection& one) {
            EXPECT_EQ(one.send(whole), send_result::backed_up);
            EXPECT_GT(one.buffered_amount(), size - 2 * capacity);
        });
    }
    driver.settle();
    EXPECT_LT(held.now(), size + count * 2048); // what is in the pipes included
    EXPECT_GE(held.now(), size);
    for (auto& each : peers) each->end().close();
    driver.settle();
    EXPECT_LT(held.now(), size / 2);
}

TEST_F(prepared_over_connections, arrives_whole_when_they_read_at_last) {
    capacity = 1000;
    connection_options options;
    open_stalled(3, options);
    const std::string text(70'000, 'y');
    const prepared_message whole{message(text)};
    server->for_each([&](connection& one) {
        for (int i = 0; i < 5; ++i) {
            one.send(whole);
            one.send("between");
        }
    });
    for (auto& each : peers) each->end().resume();
    driver.settle();
    for (const auto& each : peers) {
        std::vector<std::string> payloads;
        for (const auto& frame : read_frames(each->received)) payloads.push_back(frame.payload);
        ASSERT_EQ(payloads.size(), 10U);
        for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(payloads[i], i % 2 ? "between" : text);
    }
}

TEST_F(prepared_over_connections, counts_in_full_towards_the_queues_limit) {
    capacity = 1000;
    connection_options options;
    options.queue_size_max = 100'000;
    options.when_full = queue_policy::drop;
    open_stalled(1, options);
    const prepared_message whole{message(std::string(30'000, 'y'))};
    std::vector<send_result> answers;
    for (int i = 0; i < 5; ++i) answers.push_back(served().send(whole));
    using enum send_result;
    EXPECT_EQ(answers, (std::vector{backed_up, backed_up, backed_up, dropped, dropped}));
    EXPECT_GT(served().buffered_amount(), 85'000U);
}

/// The budget is not exceeded by what exists once, and is by what exists many times.
TEST_F(prepared_over_connections, is_shared_in_the_memory_budget) {
    constexpr std::size_t size = 1024 * 1024;
    capacity = 1000;
    connection_options options;
    options.queue_size_max = 4 * size;
    open_stalled(50, options);
    server->memory_max(8 * size);
    const prepared_message whole{message(std::string(size, 'x'))};
    server->for_each([&](connection& one) { one.send(whole); });
    driver.settle();
    EXPECT_EQ(at_server.ends, 0);
    EXPECT_GT(server->memory_used(), size);
    const std::string copied(size, 'x');
    server->for_each([&](connection& one) { one.send(copied); });
    driver.settle();
    EXPECT_GT(at_server.ends, 0);
}

TEST_F(prepared_over_connections, a_handle_posts_a_reference) {
    open();
    const prepared_message whole{message(std::string(1'000'000, 'x'))};
    const auto handle = served().handle();
    {
        const live_memory held;
        EXPECT_EQ(handle.send(whole), send_result::backed_up); // more than half of the limit
        EXPECT_LT(held.now(), 2000U);
        EXPECT_GE(handle.queued_bytes(), 1'000'000U);
    }
    driver.settle();
    EXPECT_TRUE(at_client.logged("message " + std::string(1'000'000, 'x')));
    at_server.on["message"] = [&](connection*) {
        EXPECT_NE(handle.send(prepared_message("at once")), send_result::closed);
    };
    outbound().send("go");
    driver.settle();
    EXPECT_TRUE(at_client.logged("message at once"));
    EXPECT_EQ(connection_handle().send(whole), send_result::closed);
}

TEST_F(prepared_over_connections, a_handle_chooses_compression) {
    connection_options options;
    options.extension = std::make_shared<run_length_extension>();
    server->route("/", at_server.all(), {.connection = options, .subprotocol = {}});
    auto [a, b] = memory_pipe(driver, driver, capacity);
    server->serve(std::move(a));
    raw_peer peer(std::move(b));
    peer.write("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
               "Sec-WebSocket-Extensions: x-run-length\r\n\r\n");
    driver.settle();
    const auto handle = served().handle();
    const std::string text(50, 'x');
    const auto send_all = [&] {
        handle.send(text);
        handle.send(text, compression::off);
        handle.send(std::string("zzzzzz"));
        handle.send(std::string("zzzzzz"), compression::on);
        handle.send(to_bytes("zzzzzz"), compression::on);
        handle.send(prepared_message{message(text)});
        handle.send(prepared_message{message(text), compression::off});
    };
    const std::vector<unsigned> expected{0xc1, 0x81, 0x81, 0xc1, 0xc2, 0xc1, 0x81};
    const auto firsts = [&] {
        std::vector<unsigned> all;
        for (const auto& frame : peer.frames()) all.push_back(frame.first);
        return all;
    };
    send_all(); // posted
    driver.settle();
    EXPECT_EQ(firsts(), expected);
    peer.received.resize(peer.text().find("\r\n\r\n") + 4);
    at_server.on["message"] = [&](connection*) { send_all(); }; // at once
    peer.write(frame_builder(role::client).text("go"));
    driver.settle();
    EXPECT_EQ(firsts(), expected);
}

} // namespace
} // namespace weft::testing
