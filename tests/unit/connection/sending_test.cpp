// SPDX-License-Identifier: MIT
// What send answers, when output leaves, and what a full queue does.
#include <algorithm>
#include <functional>
#include <memory>
#include <string>

#include "raw_peer_fixture.hpp"
#include "support/run_length_codec.hpp"

namespace weft::testing {
namespace {

class sending_test : public raw_peer_fixture {
public:
    /// Its peer reads nothing.
    void open_to_a_peer(const connection_options& options = {}) {
        ASSERT_NO_FATAL_FAILURE(raw_peer_fixture::open_to_a_peer(options));
        peer->end().pause();
    }

    std::size_t messages() const {
        std::size_t found = 0;
        for (const auto& frame : peer->frames()) {
            const auto code = frame.code();
            found += code == opcode::text || code == opcode::binary ? 1 : 0;
        }
        return found;
    }
};

TEST_F(sending_test, outside_a_turn_it_leaves_at_the_end_of_the_next) {
    open();
    EXPECT_EQ(served().send("a"), send_result::accepted);
    EXPECT_EQ(server_end->in_flight(), 0U);
    EXPECT_NE(served().buffered_amount(), 0U);
    driver.settle();
    EXPECT_EQ(served().buffered_amount(), 0U);
    EXPECT_TRUE(at_client.logged("message a"));
}

TEST_F(sending_test, what_a_handler_sends_leaves_together_when_it_returns) {
    std::size_t inside = 1;
    at_server.on["message"] = [&](connection* c) {
        c->send("a");
        c->send("b");
        inside = server_end->in_flight();
    };
    open();
    outbound().send("go");
    driver.settle();
    EXPECT_EQ(inside, 0U);
    EXPECT_TRUE(at_client.logged("message a"));
    EXPECT_TRUE(at_client.logged("message b"));
}

TEST_F(sending_test, a_lot_leaves_before_the_handler_returns) {
    std::size_t inside = 0;
    capacity = 1024 * 1024;
    at_server.on["message"] = [&](connection* c) {
        for (int i = 0; i < 100; ++i) c->send(std::string(1000, 'x'));
        inside = server_end->in_flight();
    };
    open();
    outbound().send("go");
    driver.settle();
    EXPECT_GE(inside, 64U * 1024U);
    EXPECT_EQ(at_client.count("message " + std::string(1000, 'x')), 100U);
}

/// Around the sizes at which payloads are not copied, leave at once, or fill the pipe.
TEST_F(sending_test, messages_of_every_size_from_memory_that_dies_at_once) {
    at_server.on["message"] = [](connection* c) {
        for (const std::size_t size : {100U, 16383U, 16384U, 20000U, 65535U, 65536U, 300000U}) {
            std::string text(size, 'm');
            c->send(text);
            std::fill(text.begin(), text.end(), 'X');
        }
    };
    connection_options options;
    options.queue_size_max = unlimited;
    for (const std::size_t room : {1024U * 1024U, 64U * 1024U, 1000U}) {
        capacity = room;
        server.emplace(driver);
        at_client.log.clear();
        at_server.opens = at_client.opens = 0;
        open(options);
        outbound().send("go");
        driver.settle();
        for (const std::size_t size : {100U, 16383U, 16384U, 20000U, 65535U, 65536U, 300000U}) {
            EXPECT_TRUE(at_client.logged("message " + std::string(size, 'm'))) << size;
        }
        std::string text(200000, 'n');
        served().send(text);
        std::fill(text.begin(), text.end(), 'X');
        text.assign(50000, 'o');
        outbound().send(text);
        std::fill(text.begin(), text.end(), 'X');
        driver.settle();
        EXPECT_TRUE(at_client.logged("message " + std::string(200000, 'n')));
        EXPECT_TRUE(at_server.logged("message " + std::string(50000, 'o')));
    }
}

/// The caller's memory is its own again when a call has returned, whatever made it and whatever the
/// size; the stream takes only a little of it.
TEST_F(sending_test, no_call_keeps_the_memory_of_its_caller) {
    constexpr std::size_t least = session::uncopied_size_min;
    using call = std::function<void(connection&, const std::string&)>;
    const call calls[] = {
        [](connection& c, const std::string& text) { c.send(text); },
        [](connection& c, const std::string& text) { c.send(text, compression::on); },
        [](connection& c, const std::string& text) { c.send_part(text, true); },
        [](connection& c, const std::string& text) { c.handle().send(text); },
    };
    connection_options options;
    options.queue_size_max = unlimited;
    for (const std::size_t room : {1000U, 1024U * 1024U}) {
        capacity = room;
        server.emplace(driver);
        at_client.log.clear();
        at_server.opens = at_client.opens = 0;
        std::string text;
        const auto make_all = [&](connection& by) {
            for (const call& each : calls) {
                for (const std::size_t size : {least - 1, least, least + 1, 4 * least}) {
                    text.assign(size, 'm');
                    each(by, text);
                    std::ranges::fill(text, 'X');
                }
            }
        };
        at_server.on["message"] = [&](connection* c) { make_all(*c); };
        open(options);
        outbound().send("go");
        driver.settle();
        make_all(served());
        driver.settle();
        for (const std::size_t size : {least - 1, least, least + 1, 4 * least}) {
            EXPECT_EQ(at_client.count("message " + std::string(size, 'm')), 8U) << size;
        }
    }
}

TEST_F(sending_test, messages_are_compressed_where_both_ends_agree) {
    connection_options options;
    options.extension = std::make_shared<run_length_extension>();
    open(options);
    EXPECT_EQ(served().extensions(), "x-run-length; context");
    EXPECT_EQ(outbound().extensions(), "x-run-length; context");
    const std::string text(50'000, 'x');
    const auto waits_after = [&](compression choice) {
        served().send(text, choice);
        const std::size_t waits = server_end->in_flight() + served().buffered_amount();
        driver.settle();
        return waits;
    };
    EXPECT_LT(waits_after(compression::automatic), 1000U);
    EXPECT_GT(waits_after(compression::off), 50'000U);
    outbound().send_part(text, false);
    outbound().send_part(text, true);
    driver.settle();
    EXPECT_EQ(at_client.count("message " + text), 2U);
    EXPECT_TRUE(at_server.logged("message " + text + text));

    connection_options none;
    at_server.opens = at_client.opens = 0;
    server.emplace(driver);
    open(none);
    EXPECT_EQ(served().extensions(), "");
}

TEST_F(sending_test, an_echo_of_every_size_through_every_pipe) {
    at_server.on["message"] = [](connection* c) { c->send(std::string(8000, 'y')); };
    for (const std::size_t room : {1U, 2U, 3U, 7U, 1000U}) {
        capacity = room;
        server.emplace(driver);
        at_client.log.clear();
        at_server.opens = at_client.opens = 0;
        open();
        for (const std::size_t size : {0U, 1U, 125U, 126U, 3000U}) {
            outbound().send(std::string(size, 'z'));
        }
        driver.settle();
        EXPECT_EQ(at_client.count("message " + std::string(8000, 'y')), 5U);
        outbound().close();
        driver.settle();
        EXPECT_EQ(at_client.end->code(), close_code::normal);
        expect_all_over();
    }
}

TEST_F(sending_test, a_handler_echoes_the_view_it_was_handed) {
    server->route("/echo", {.message = [](connection& c, message m) { c.send(m); }});
    for (const std::size_t room : {64U, 1000U, 64U * 1024U}) {
        capacity = room;
        at_client.log.clear();
        auto& c = link("ws://x/echo");
        driver.settle();
        std::string expected(30000, 'a');
        for (std::size_t i = 0; i < expected.size(); ++i) {
            expected[i] = static_cast<char>('a' + i % 26);
        }
        for (int i = 0; i < 3; ++i) c.send(expected);
        driver.settle();
        EXPECT_EQ(at_client.count("message " + expected), 3U);
    }
}

TEST_F(sending_test, backed_up_then_writable_exactly_once) {
    capacity = 1000;
    open_to_a_peer();
    EXPECT_EQ(served().send(std::string(20000, 'x')), send_result::backed_up);
    EXPECT_EQ(served().send("more"), send_result::backed_up);
    EXPECT_GT(served().buffered_amount(), 19000U);
    driver.settle();
    EXPECT_FALSE(driver.waiting());
    EXPECT_EQ(at_server.count("writable"), 0U);
    peer->end().resume();
    driver.settle();
    EXPECT_EQ(at_server.count("writable"), 1U);
    EXPECT_EQ(served().buffered_amount(), 0U);
    EXPECT_EQ(messages(), 2U);
    EXPECT_EQ(served().send("fits"), send_result::accepted);
    driver.settle();
    EXPECT_EQ(at_server.count("writable"), 1U);
}

TEST_F(sending_test, a_source_that_is_driven_by_writable) {
    capacity = 1000;
    int left = 200;
    const auto fill = [&](connection* c) {
        while (left != 0) {
            --left;
            if (c->send(std::string(700, 'x')) != send_result::accepted) break;
        }
    };
    at_server.on["open"] = fill;
    at_server.on["writable"] = fill;
    server->route("/chat", at_server.all());
    auto reader = visit();
    reader.write(canned_request());
    driver.settle();
    EXPECT_EQ(left, 0);
    EXPECT_EQ(reader.frames().size(), 200U);
    EXPECT_GE(at_server.count("writable"), 1U);
}

TEST_F(sending_test, drop) {
    connection_options options;
    options.queue_size_max = 5000;
    options.when_full = queue_policy::drop;
    capacity = 100;
    open_to_a_peer(options);
    EXPECT_EQ(served().send(std::string(20000, 'x')), send_result::backed_up); // it found no queue
    EXPECT_EQ(served().send("y"), send_result::dropped);
    EXPECT_EQ(served().ping(), send_result::dropped);
    EXPECT_TRUE(served().is_open());
    peer->end().resume();
    driver.settle();
    EXPECT_EQ(messages(), 1U);
    EXPECT_EQ(at_server.count("writable"), 1U);
    EXPECT_EQ(served().send("z"), send_result::accepted);
}

TEST_F(sending_test, the_limit_is_exact) {
    connection_options options;
    options.queue_size_max = 50000;
    options.when_full = queue_policy::drop;
    capacity = 100;
    open_to_a_peer(options);
    served().send(std::string(20000, 'x'));
    const auto room = 50000 - served().buffered_amount();
    EXPECT_EQ(served().send(std::string(room + 1, 'y')), send_result::dropped);
    EXPECT_EQ(served().send(std::string(room, 'y')), send_result::backed_up);
    EXPECT_EQ(served().send(""), send_result::dropped);
}

TEST_F(sending_test, a_message_inside_another_is_refused_for_that_when_the_queue_is_full_too) {
    connection_options options;
    options.queue_size_max = 5000;
    options.when_full = queue_policy::drop;
    capacity = 100;
    open_to_a_peer(options);
    EXPECT_EQ(served().send_part(std::string(20000, 'x'), false), send_result::backed_up);
    EXPECT_EQ(served().send("y"), send_result::closed);
    EXPECT_EQ(served().send_part("y", true), send_result::dropped);
}

TEST_F(sending_test, close_when_full) {
    connection_options options;
    options.queue_size_max = 5000;
    options.when_full = queue_policy::close;
    capacity = 100;
    open_to_a_peer(options);
    served().send(std::string(20000, 'x'));
    EXPECT_EQ(served().send("y"), send_result::dropped);
    EXPECT_EQ(served().send("y"), send_result::closed);
    EXPECT_EQ(at_server.ends, 0);
    driver.settle();
    EXPECT_EQ(at_server.ends, 1);
    EXPECT_EQ(at_server.end->error, errc::queue_full);
    peer->end().resume();
    driver.settle();
    EXPECT_EQ(peer->close_code(), 1008U);
    EXPECT_FALSE(peer->eof);
    EXPECT_EQ(at_server.count("writable"), 0U);
    peer->write(frame_builder(role::client).close(1008));
    driver.settle();
    EXPECT_TRUE(peer->eof);
    expect_all_over();
}

TEST_F(sending_test, a_peer_that_does_not_read_is_not_read_beyond_half_the_limit) {
    connection_options options;
    options.queue_size_max = 100000;
    capacity = 100000;
    std::size_t dropped = 0;
    at_server.on["message"] = [&](connection* c) {
        const auto result = c->send(std::string(1000, 'x'));
        dropped += result == send_result::dropped ? 1 : 0;
    };
    open_to_a_peer(options);
    frame_builder builder(role::client);
    byte_string all;
    for (int i = 0; i < 1000; ++i) all = std::move(all) + builder.text("go");
    peer->write(all);
    driver.settle();
    EXPECT_FALSE(driver.waiting());
    EXPECT_EQ(dropped, 0U);
    EXPECT_LT(at_server.count("message go"), 250U);
    EXPECT_LT(served().buffered_amount(), 70000U);
    peer->end().resume();
    driver.settle();
    EXPECT_EQ(at_server.count("message go"), 1000U);
    EXPECT_EQ(messages(), 1000U);
    EXPECT_EQ(dropped, 0U);
}

TEST_F(sending_test, answers_of_any_size_are_taken_while_the_peer_is_read) {
    connection_options options;
    options.queue_size_max = 10000;
    capacity = 1000;
    std::size_t size = 3000;
    at_server.on["message"] = [&](connection* c) { c->send(std::string(size, 'x')); };
    open_to_a_peer(options);
    frame_builder builder(role::client);
    peer->write(builder.text("small"));
    driver.settle();
    EXPECT_GT(served().buffered_amount(), 0U);
    size = 30000;
    peer->write(builder.text("big"));
    peer->write(builder.text("not received before the peer reads"));
    driver.settle();
    EXPECT_LT(served().buffered_amount(), 2 * size);
    peer->end().resume();
    driver.settle();
    EXPECT_EQ(messages(), 3U);
}

TEST_F(sending_test, a_close_ends_holding_back) {
    connection_options options;
    options.queue_size_max = 10000;
    capacity = 1000;
    at_server.on["message"] = [](connection* c) {
        EXPECT_EQ(c->send(std::string(20000, 'x')), send_result::backed_up);
    };
    open_to_a_peer(options);
    frame_builder builder(role::client);
    peer->write(builder.text("question"));
    peer->write(builder.text("not yet"));
    driver.settle();
    EXPECT_TRUE(at_server.logged("message question"));
    EXPECT_FALSE(at_server.logged("message not yet"));
    at_server.on.erase("message");
    served().close();
    peer->write(builder.close(1000));
    driver.settle();
    EXPECT_EQ(at_server.ends, 1);
    EXPECT_TRUE(at_server.end->clean());
}

TEST_F(sending_test, two_sides_that_both_send_much_do_not_wait_for_each_other) {
    connection_options options;
    options.queue_size_max = 10000;
    capacity = 1000;
    open(options);
    served().send(std::string(300000, 's'));
    outbound().send(std::string(300000, 'c'));
    driver.settle();
    EXPECT_TRUE(at_client.logged("message " + std::string(300000, 's')));
    EXPECT_TRUE(at_server.logged("message " + std::string(300000, 'c')));
}

TEST_F(sending_test, fragments) {
    open();
    EXPECT_EQ(served().send_part("a", false), send_result::accepted);
    served().ping("between");
    EXPECT_EQ(served().send_part("b", false), send_result::accepted);
    EXPECT_EQ(served().send_part("c", true), send_result::accepted);
    EXPECT_EQ(served().send("d"), send_result::accepted);
    driver.settle();
    EXPECT_EQ(at_client.log, (std::vector<std::string>{"open", "ping between", "message abc",
                                                       "message d"}));
}

TEST_F(sending_test, closed) {
    open();
    outbound().close();
    EXPECT_EQ(outbound().send("a"), send_result::closed);
    EXPECT_EQ(outbound().ping(), send_result::closed);
    send_result in_close = send_result::accepted;
    at_server.on["close"] = [&](connection* c) { in_close = c->send("b"); };
    driver.settle();
    EXPECT_EQ(in_close, send_result::closed);
}

TEST_F(sending_test, a_broadcast_from_one_handler_reaches_all) {
    at_server.on["message"] = [this](connection*) {
        server->for_each([](connection& c) { c.send("to all"); });
    };
    open();
    link();
    link();
    driver.settle();
    ASSERT_EQ(server->connection_count(), 3U);
    outbound().send("go");
    driver.settle();
    EXPECT_EQ(at_client.count("message to all"), 3U);
    std::string large(30000, 'l');
    server->for_each([&](connection& c) { c.send(large); });
    large.assign(30000, 'X');
    driver.settle();
    EXPECT_EQ(at_client.count("message " + std::string(30000, 'l')), 3U);
}

TEST_F(sending_test, a_stream_that_breaks_under_a_send) {
    open();
    client_end->reset();
    served().send(std::string(100000, 'x'));
    EXPECT_EQ(served().send("y"), send_result::closed);
    driver.settle();
    EXPECT_EQ(at_server.ends, 1);
    EXPECT_EQ(at_server.end->began, side::system);
    EXPECT_TRUE(at_server.logged("close"));
}

} // namespace
} // namespace weft::testing
