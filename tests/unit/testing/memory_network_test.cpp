// SPDX-License-Identifier: MIT
// The memory network: how links are made, how bytes travel on them, and every way for them to end.
#include <weft/testing/memory_network.hpp>

#include <array>
#include <chrono>

#include <gtest/gtest.h>

#include <weft/core/error.hpp>
#include <weft/stream/manual_driver.hpp>

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

/// Owns one end and hears its events.
class end_of_link final : public stream_events {
public:
    void take(memory_network::stream_ptr made) {
        stream = std::move(made);
        stream->start(*this);
    }
    ~end_of_link() { retire(); }
    void retire() {
        if (stream) stream->driver().retire(stream.release());
    }

    result<std::size_t> write(std::string_view text) {
        const std::array all{std::as_bytes(std::span(text))};
        return stream->write(all);
    }

    [[nodiscard]] bool wants_bytes() noexcept override { return true; }
    void on_receive(std::span<std::byte> bytes) override {
        received.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        pieces.push_back(bytes.size());
        for (auto& byte : bytes)
            byte = {}; // its own to overwrite
    }
    void on_eof() override { ++eofs; }
    void on_writable() override { ++writables; }
    void on_error(std::error_code why) override { error = why; }

    memory_network::stream_ptr stream;
    std::string received;
    std::vector<std::size_t> pieces;
    int eofs = 0;
    int writables = 0;
    std::error_code error;
};

class memory_network_test : public ::testing::Test {
protected:
    memory_network net{1};
    manual_driver driver{{}, net.chance()};
    end_of_link server;
    end_of_link client;
    std::error_code refused;

    void connect() {
        net.listen("there", driver, [this](auto made) { server.take(std::move(made)); });
        give_up = net.connect("there", driver, [this](auto made) {
            if (made) {
                client.take(std::move(*made));
            } else {
                refused = made.error();
            }
        });
    }

    void link(const line& both = {}) {
        net.conditions({.to_server = both, .to_client = both});
        connect();
        pass(2 * both.latency_max);
        ASSERT_TRUE(server.stream && client.stream);
    }

    void pass(duration time) {
        driver.advance(driver.now() + time);
        driver.settle();
    }

    function<void()> give_up;
};

TEST_F(memory_network_test, connects_and_carries_both_ways) {
    link();
    EXPECT_EQ(net.streams().size(), 2U);
    EXPECT_EQ(*client.write("hello"), 5U);
    EXPECT_EQ(*server.write("you"), 3U);
    EXPECT_EQ(server.received, "");
    driver.settle();
    EXPECT_EQ(server.received, "hello");
    EXPECT_EQ(client.received, "you");
}

TEST_F(memory_network_test, refuses_where_nobody_listens) {
    connect();
    net.stop_listening("there");
    driver.settle();
    EXPECT_EQ(refused, std::errc::connection_refused);
}

TEST_F(memory_network_test, fails_attempts_as_configured) {
    net.conditions({.to_server = {}, .to_client = {}, .refused_one_in = 1});
    connect();
    driver.settle();
    EXPECT_EQ(refused, std::errc::connection_refused);
}

TEST_F(memory_network_test, an_attempt_that_nobody_answers_can_be_given_up) {
    net.conditions({.to_server = {}, .to_client = {}, .unanswered_one_in = 1});
    connect();
    pass(1h);
    EXPECT_FALSE(client.stream || refused);
    give_up();
    give_up();
}

TEST_F(memory_network_test, who_stops_listening_closes_what_it_has_not_accepted) {
    connect();
    driver.advance(driver.now(), {1, duration::max()});
    ASSERT_TRUE(client.stream);
    net.stop_listening("there");
    driver.settle();
    EXPECT_EQ(client.eofs, 1);
}

TEST_F(memory_network_test, bytes_take_their_time) {
    link({.latency_min = 10ms, .latency_max = 10ms});
    ASSERT_TRUE(client.write("hello"));
    pass(9ms);
    EXPECT_EQ(server.received, "");
    EXPECT_EQ(client.stream->in_flight(), 5U);
    EXPECT_EQ(driver.next_deadline(), driver.now() + 1ms);
    pass(1ms);
    EXPECT_EQ(server.received, "hello");
    EXPECT_EQ(server.stream->last_received(), driver.now());
}

TEST_F(memory_network_test, bytes_do_not_overtake_each_other) {
    link({.latency_min = 0ms, .latency_max = 10ms});
    std::string sent;
    for (int i = 0; i < 100; ++i) {
        sent += std::to_string(i);
        ASSERT_TRUE(client.write(std::to_string(i)));
    }
    pass(10ms);
    EXPECT_EQ(server.received, sent);
}

TEST_F(memory_network_test, pieces_are_split_and_joined) {
    link({.piece_max = 3});
    ASSERT_TRUE(client.write("a"));
    ASSERT_TRUE(client.write("bcdefghijklmnopqrstuvwxyz"));
    driver.settle();
    EXPECT_EQ(server.received, "abcdefghijklmnopqrstuvwxyz");
    EXPECT_GE(server.pieces.size(), 9U);
    for (const auto size : server.pieces)
        EXPECT_LE(size, 3U);
}

TEST_F(memory_network_test, a_full_link_takes_a_part_and_says_when_there_is_room) {
    link({.capacity = 4});
    EXPECT_EQ(*client.write("hello"), 4U);
    EXPECT_EQ(*client.write("o"), 0U);
    driver.settle();
    EXPECT_EQ(client.writables, 1);
    EXPECT_EQ(*client.write("o"), 1U);
    driver.settle();
    EXPECT_EQ(server.received, "hello");
    EXPECT_EQ(client.writables, 1);
}

TEST_F(memory_network_test, short_writes_happen_though_there_is_room) {
    link({.short_write_one_in = 1});
    const auto taken = *client.write("hello");
    EXPECT_LT(taken, 5U);
    EXPECT_GT(taken, 0U);
    driver.settle();
    EXPECT_EQ(client.writables, 1);
}

TEST_F(memory_network_test, a_pause_holds_bytes_and_the_end_back) {
    link();
    server.stream->pause();
    ASSERT_TRUE(client.write("hello"));
    client.stream->half_close();
    driver.settle();
    EXPECT_EQ(server.received, "");
    EXPECT_EQ(server.eofs, 0);
    server.stream->resume();
    driver.settle();
    EXPECT_EQ(server.received, "hello");
    EXPECT_EQ(server.eofs, 1);
}

TEST_F(memory_network_test, a_close_is_the_end_of_the_input) {
    link({.latency_min = 1ms, .latency_max = 5ms});
    ASSERT_TRUE(client.write("bye"));
    client.retire();
    pass(5ms);
    EXPECT_EQ(server.received, "bye");
    EXPECT_EQ(server.eofs, 1);
    EXPECT_FALSE(server.error);
}

TEST_F(memory_network_test, who_writes_to_a_closed_end_is_reset) {
    link();
    client.retire();
    driver.settle();
    EXPECT_EQ(*server.write("anybody there?"), 14U);
    driver.settle();
    EXPECT_EQ(server.error, std::errc::connection_reset);
    EXPECT_FALSE(server.write("still not?"));
}

TEST_F(memory_network_test, who_closes_with_unread_input_resets) {
    link();
    client.stream->pause();
    ASSERT_TRUE(server.write("unread"));
    driver.settle();
    client.retire();
    driver.settle();
    EXPECT_EQ(server.error, std::errc::connection_reset);
    EXPECT_EQ(server.eofs, 0);
}

TEST_F(memory_network_test, a_reset_is_reported_to_both_ends) {
    link({.latency_min = 1ms, .latency_max = 1ms});
    client.stream->reset();
    EXPECT_FALSE(client.stream->intact());
    EXPECT_FALSE(client.error);
    pass(1ms);
    EXPECT_EQ(client.error, std::errc::connection_reset);
    EXPECT_EQ(server.error, std::errc::connection_reset);
}

TEST_F(memory_network_test, a_failed_write_is_returned_and_not_reported_again) {
    link();
    client.stream->fail_next_write(std::make_error_code(std::errc::broken_pipe));
    EXPECT_EQ(client.write("hello").error(), std::errc::broken_pipe);
    driver.settle();
    EXPECT_FALSE(client.error);
    EXPECT_EQ(server.error, std::errc::connection_reset);
}

TEST_F(memory_network_test, writes_fail_as_the_conditions_say) {
    link({.failed_write_one_in = 1});
    EXPECT_EQ(client.write("hello").error(), std::errc::connection_aborted);
}

TEST_F(memory_network_test, a_side_that_vanished_says_nothing_and_fills_up) {
    link({.capacity = 8});
    client.stream->cut();
    server.stream->cut();
    EXPECT_EQ(*server.write("0123456789"), 8U);
    client.retire();
    pass(1h);
    EXPECT_EQ(*server.write("89"), 0U);
    EXPECT_EQ(server.stream->in_flight(), 8U);
    EXPECT_EQ(server.eofs + server.writables, 0);
    EXPECT_FALSE(server.error);
}

TEST_F(memory_network_test, conditions_can_change_on_the_way) {
    link();
    client.stream->change({.latency_min = 1s, .latency_max = 1s});
    ASSERT_TRUE(client.write("late"));
    driver.settle();
    EXPECT_EQ(server.received, "");
    pass(1s);
    EXPECT_EQ(server.received, "late");
}

TEST(memory_network, the_same_seed_makes_the_same_run) {
    const auto run = [](std::uint64_t seed) {
        memory_network net(seed);
        manual_driver driver({}, net.chance());
        net.conditions({.to_server = {.latency_max = 1s, .piece_max = 100}, .to_client = {}});
        stream_endpoint server(driver);
        stream_endpoint client(driver);
        net.listen("there", server);
        std::string log;
        const auto note = [&](std::string_view what) {
            log.append(what).append(std::to_string(driver.now().time_since_epoch().count()));
        };
        server.route("/", {.message = [&](connection&, message m) { note(m.text()); }});
        net.connect(client, "there", *uri::parse("ws://example.org/"), {.open = [&](connection& c) {
                        note("open");
                        c.send(std::string(1000, 'x'));
                    }});
        for (int i = 0; i < 100; ++i) {
            if (driver.next_deadline() == never) break;
            driver.advance(driver.next_deadline());
            driver.settle();
        }
        return log;
    };
    EXPECT_NE(run(1), "");
    EXPECT_EQ(run(1), run(1));
    EXPECT_NE(run(1), run(2));
}

TEST(memory_network, a_dial_that_is_ended_early_gives_the_attempt_up) {
    memory_network net(1);
    manual_driver driver({}, net.chance());
    net.conditions({.to_server = {}, .to_client = {}, .unanswered_one_in = 1});
    stream_endpoint client(driver);
    std::error_code why;
    connect_options options;
    options.connect_timeout = 1s;
    net.connect(client, "there", *uri::parse("ws://example.org/"),
                {.fail = [&](const report& end) { why = end.error; }}, std::move(options));
    driver.advance(driver.now() + 1s);
    driver.settle();
    EXPECT_EQ(why, errc::connect_timeout);
    EXPECT_EQ(client.connection_count(), 0U);
}

TEST(memory_network, attempts_and_listeners_die_with_their_driver) {
    memory_network net(1);
    {
        manual_driver driver({}, net.chance());
        net.listen("there", driver, [](auto) { ADD_FAILURE(); });
        net.connect("there", driver, [](auto) { ADD_FAILURE(); });
    }
    EXPECT_TRUE(net.streams().empty());
}

} // namespace
} // namespace weft::testing
