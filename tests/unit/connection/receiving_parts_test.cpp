// SPDX-License-Identifier: MIT
// Messages that a connection receives in parts: no more memory than what is on its way, pauses
// between parts that stop the peer, ends in the middle, and calls from inside the handler.
#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string>

#include "connection_fixture.hpp"
#include "support/allocations.hpp"
#include "support/run_length_codec.hpp"

namespace weft::testing {
namespace {

class receiving_parts : public connection_fixture {
public:
    std::string received;
    std::size_t parts = 0;
    std::size_t firsts = 0;
    std::size_t lasts = 0;
    std::size_t largest = 0;
    std::function<void(connection&)> on_part;

    /// Serves parts at the root.
    void open_for_parts(const connection_options& both = {}) {
        auto what = at_server.all();
        what.part = [this](connection& c, message_part part) {
            ++parts;
            firsts += part.is_first();
            lasts += part.is_last();
            largest = std::max(largest, part.size());
            received += part.text();
            if (on_part) on_part(c);
        };
        server->route("/", std::move(what), {.connection = both, .subprotocol = {}});
        connect_options options;
        options.connection = both;
        link("ws://example.org/", std::move(options));
        driver.settle();
        ASSERT_EQ(at_server.opens, 1);
    }

    static std::string of_size(std::size_t size) {
        std::string text(size, 'x');
        for (std::size_t i = 0; i < size; i += 7) text[i] = static_cast<char>('a' + i % 26);
        return text;
    }
};

TEST_F(receiving_parts, takes_a_message_longer_than_the_limit) {
    open_for_parts({.limits = {.message_size_max = 1000}});
    const auto large = of_size(1'000'000);
    outbound().send(large);
    outbound().send("end");
    driver.settle();
    EXPECT_TRUE(received == large + "end");
    EXPECT_EQ(firsts, 2U);
    EXPECT_EQ(lasts, 2U);
    EXPECT_LE(largest, 1000U);
    EXPECT_EQ(at_server.count("message end"), 0U);
    EXPECT_EQ(served().traffic().messages_received, 2U);
}

TEST_F(receiving_parts, of_a_client) {
    auto what = at_client.all();
    what.part = [this](connection&, message_part part) {
        received += part.text();
        lasts += part.is_last();
    };
    at_server.on["open"] = [](connection* c) { c->send(of_size(300'000)); };
    server->route("/", at_server.all());
    auto [a, b] = memory_pipe(driver, driver, capacity);
    server->serve(std::move(a));
    client->connect(std::move(b), *uri::parse("ws://example.org/"), std::move(what),
                    {.connection = {.limits = {.message_size_max = 100}}});
    driver.settle();
    EXPECT_TRUE(received == of_size(300'000));
    EXPECT_EQ(lasts, 1U);
}

TEST_F(receiving_parts, needs_no_more_memory_for_a_longer_message) {
    open_for_parts({.queue_size_max = unlimited});
    const auto slice = of_size(16'000);
    outbound().send_part(slice, false);
    driver.settle();
    received.reserve(10'000'000);
    const live_memory held;
    for (int i = 0; i < 500; ++i) {
        outbound().send_part(slice, i == 499);
        driver.settle();
    }
    EXPECT_LT(held.peak(), 200'000U);
    EXPECT_EQ(received.size(), 501U * slice.size());
    EXPECT_EQ(lasts, 1U);
}

TEST_F(receiving_parts, stops_the_peer_while_it_is_paused_between_parts) {
    open_for_parts({.limits = {.message_size_max = 1000}});
    on_part = [](connection& c) { c.pause(); };
    const auto large = of_size(1'000'000);
    EXPECT_EQ(outbound().send(large), send_result::backed_up);
    driver.settle();
    EXPECT_EQ(parts, 1U);
    const std::size_t waits = outbound().buffered_amount();
    EXPECT_GT(waits, 500'000U); // a pipe's and a read's worth has left
    pass(20s);                  // within write_stall of the client
    EXPECT_EQ(outbound().buffered_amount(), waits);
    EXPECT_EQ(at_server.ends, 0);
    while (lasts == 0) {
        const std::size_t before = parts;
        served().resume();
        driver.settle();
        ASSERT_EQ(parts, before + 1);
    }
    EXPECT_TRUE(received == large);
}

TEST_F(receiving_parts, of_a_compressed_message_are_bounded_too) {
    const auto shared = std::make_shared<run_length_extension>();
    open_for_parts({.limits = {.message_size_max = 500}, .extension = shared});
    outbound().send(std::string(1'000'000, 'z'));
    driver.settle();
    EXPECT_TRUE(received == std::string(1'000'000, 'z'));
    EXPECT_EQ(parts, 2000U);
    EXPECT_EQ(lasts, 1U);
}

TEST_F(receiving_parts, that_are_cut_off_have_no_last_one) {
    open_for_parts();
    outbound().send_part("begin", false);
    driver.settle();
    outbound().close();
    driver.settle();
    EXPECT_EQ(received, "begin");
    EXPECT_EQ(lasts, 0U);
    EXPECT_EQ(at_server.ends, 1);
    EXPECT_TRUE(at_server.end->clean());
}

TEST_F(receiving_parts, may_end_anything_from_inside_the_handler) {
    const std::function<void(connection&)> actions[] = {
        [](connection& c) { c.close(); },
        [](connection& c) { c.abort(); },
        [this](connection&) { server.reset(); },
        [](connection&) { throw std::runtime_error("no"); },
        [](connection&) { throw std::bad_alloc(); },
        [this](connection&) { client->stop(); },
    };
    for (const auto& action : actions) {
        parts = 0;
        if (!server) server.emplace(driver);
        at_server = {};
        at_client = {};
        open_for_parts({.limits = {.message_size_max = 100}});
        bool done = false;
        on_part = [&](connection& c) {
            if (std::exchange(done, true)) return;
            action(c);
        };
        outbound().send(of_size(200'000));
        driver.settle();
        EXPECT_TRUE(done);
        pass(1min);
        EXPECT_EQ(at_client.ends, 1);
        EXPECT_EQ(client->connection_count(), 0U);
        EXPECT_TRUE(!server || server->connection_count() == 0);
    }
}

TEST_F(receiving_parts, can_be_answered_and_an_unread_answer_stops_reading) {
    open_for_parts({.limits = {.message_size_max = 1000}, .queue_size_max = 50'000});
    on_part = [](connection& c) { c.send(std::string(1000, 'a')); };
    std::size_t answers = 0;
    at_client.on["message " + std::string(1000, 'a')] = [&](connection*) { ++answers; };
    outbound().pause();
    outbound().send(of_size(1'000'000));
    driver.settle();
    EXPECT_LE(served().buffered_amount(), 50'000U + 2000U);
    EXPECT_LT(received.size(), 400'000U);
    outbound().resume();
    driver.settle();
    EXPECT_EQ(received.size(), 1'000'000U);
    EXPECT_EQ(at_client.count("message " + std::string(1000, 'a')), parts);
}

} // namespace
} // namespace weft::testing
