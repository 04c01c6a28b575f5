// SPDX-License-Identifier: MIT
// Messages that are sent from a source: when it is asked, what waits behind it and what does not,
// how it ends, and calls from inside it.
#include <algorithm>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <weft/core/prepared_message.hpp>

#include "raw_peer_fixture.hpp"
#include "support/allocations.hpp"
#include "support/run_length_codec.hpp"

namespace weft::testing {
namespace {

class sending_from : public raw_peer_fixture {
public:
    int asked = 0;
    std::shared_ptr<int> alive = std::make_shared<int>(); // shared with each source that exists

    [[nodiscard]] long sources() const { return alive.use_count() - 1; }

    /// A source of `count` pieces of `size` bytes: the letters from a on, in turns.
    message_source pieces(int count, std::size_t size, bool is_text = false) {
        return message_source(
            [this, at = 0, count, text = std::string(), size, here = alive]() mutable {
                ++asked;
                text.assign(size, static_cast<char>('a' + at % 26));
                return source_piece{std::as_bytes(std::span(text)), ++at == count};
            },
            is_text);
    }

    static std::string whole(int count, std::size_t size) {
        std::string all;
        for (int i = 0; i < count; ++i) all.append(size, static_cast<char>('a' + i % 26));
        return all;
    }
};

TEST_F(sending_from, a_source_makes_one_message_of_its_pieces) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{1000},
                                   std::size_t{20'000}, std::size_t{300'000}}) {
        for (const bool outward : {true, false}) {
            at_server = {};
            at_client = {};
            open();
            auto& from = outward ? served() : outbound();
            auto& to = outward ? at_client : at_server;
            EXPECT_EQ(from.send_from(pieces(30, size)), send_result::backed_up);
            EXPECT_EQ(from.send("after"), send_result::backed_up);
            driver.settle();
            EXPECT_EQ(to.count(size == 0 ? "message" : "message " + whole(30, size)), 1U) << size;
            ASSERT_GE(to.log.size(), 2U);
            EXPECT_EQ(to.log.back(), "message after");
            EXPECT_EQ(from.buffered_amount(), 0U);
            EXPECT_EQ(from.traffic().messages_sent, 2U);
            EXPECT_EQ(sources(), 0);
            EXPECT_EQ((outward ? at_server : at_client).count("writable"), 1U);
            server->stop();
            driver.settle();
            server.emplace(driver);
        }
    }
}

TEST_F(sending_from, a_source_is_asked_only_when_the_stream_has_taken_everything) {
    capacity = 10'000;
    open_to_a_peer();
    peer->end().pause();
    served().send_from(pieces(1000, 1000));
    EXPECT_EQ(asked, 0);
    driver.settle();
    EXPECT_LE(asked, 80); // the pipe, and what is written at once
    const int before = asked;
    EXPECT_LE(served().buffered_amount(), 80'000U);
    pass(1s);
    EXPECT_EQ(asked, before);
    peer->end().resume();
    driver.settle();
    EXPECT_EQ(asked, 1000);
    std::string all;
    for (const auto& frame : peer->frames()) all += frame.payload;
    EXPECT_TRUE(all == whole(1000, 1000));
}

TEST_F(sending_from, one_large_piece_is_cut_and_only_its_slice_is_queued) {
    open_to_a_peer();
    peer->end().pause();
    const std::string large(10'000'000, 'x');
    const live_memory held;
    served().send_from(message_source([&] {
        return source_piece{std::as_bytes(std::span(large)), true};
    }));
    driver.settle();
    EXPECT_LE(served().buffered_amount(), 65 * 1024U);
    EXPECT_LT(held.peak(), 300'000U);
    peer->end().resume();
    driver.settle();
    const auto frames = peer->frames();
    std::size_t size = 0;
    for (const auto& frame : frames) size += frame.payload.size();
    EXPECT_EQ(size, large.size());
    EXPECT_EQ(frames.front().first, 0x2U);
    EXPECT_EQ(frames.back().first, 0x80U);
}

TEST_F(sending_from, other_messages_wait_behind_in_their_order_and_control_frames_do_not) {
    capacity = 1000;
    open_to_a_peer();
    peer->end().pause();
    auto& from = served();
    auto handle = from.handle();
    from.send_from(pieces(3, 70'000, true));
    driver.settle();
    EXPECT_EQ(from.send("one"), send_result::backed_up);
    EXPECT_EQ(from.send("two", compression::off), send_result::backed_up);
    EXPECT_EQ(handle.send("three"), send_result::backed_up);
    driver.settle(); // outside a turn, it is posted
    EXPECT_EQ(from.send(prepared_message("four")), send_result::backed_up);
    EXPECT_EQ(from.send_from(pieces(2, 10)), send_result::backed_up);
    EXPECT_EQ(from.send("five"), send_result::backed_up);
    EXPECT_EQ(from.send_part("part", false), send_result::closed);
    EXPECT_EQ(from.ping("now"), send_result::backed_up);
    EXPECT_GT(from.buffered_amount(), 15U);
    peer->end().resume();
    driver.settle();
    std::vector<std::string> order;
    std::string message;
    bool pinged_between = false;
    for (const auto& frame : peer->frames()) {
        if (frame.code() == opcode::ping) {
            pinged_between = !message.empty();
            continue;
        }
        message += frame.payload;
        if ((frame.first & fin) != 0) order.push_back(std::exchange(message, {}));
    }
    EXPECT_TRUE(pinged_between);
    ASSERT_FALSE(order.empty());
    EXPECT_TRUE(order[0] == whole(3, 70'000)) << order[0].size();
    order.erase(order.begin());
    EXPECT_EQ(order, (std::vector<std::string>{"one", "two", "three", "four", whole(2, 10),
                                               "five"}));
    EXPECT_EQ(from.buffered_amount(), 0U);
    EXPECT_EQ(handle.queued_bytes(), 0U);
    EXPECT_EQ(at_server.count("writable"), 1U);
    EXPECT_EQ(from.send_part("part", false), send_result::accepted);
    EXPECT_EQ(from.send_from(pieces(1, 1)), send_result::closed);
}

TEST_F(sending_from, what_waits_behind_a_source_counts_towards_the_limit) {
    capacity = 1000;
    open_to_a_peer({.queue_size_max = 100'000, .when_full = queue_policy::drop});
    peer->end().pause();
    served().send_from(pieces(10, 10'000));
    driver.settle();
    int queued = 0;
    while (served().send(std::string(10'000, 'q')) == send_result::backed_up) ++queued;
    EXPECT_GE(queued, 2); // beside a slice and what is written at once
    EXPECT_LE(queued, 10);
    peer->end().resume();
    driver.settle();
    EXPECT_EQ(served().traffic().messages_sent, static_cast<std::uint64_t>(queued) + 1U);
}

TEST_F(sending_from, answers_behind_a_source_stop_reading_and_none_is_lost) {
    int lost = 0;
    at_server.on["message"] = [&](connection* c) {
        lost += c->send(std::string(1000, 'a')) == send_result::dropped;
    };
    capacity = 20'000;
    open({.queue_size_max = 200'000});
    outbound().pause();
    served().send_from(pieces(100, 10'000));
    driver.settle();
    for (int i = 0; i < 1000; ++i) outbound().send("question");
    driver.settle();
    EXPECT_LE(served().buffered_amount(), 200'000U);
    EXPECT_LT(at_server.count("message question"), 200U);
    EXPECT_EQ(lost, 0);
    outbound().resume();
    driver.settle();
    EXPECT_EQ(at_server.count("message question"), 1000U);
    EXPECT_EQ(at_client.count("message " + std::string(1000, 'a')), 1000U);
    EXPECT_EQ(at_client.count("message " + whole(100, 10'000)), 1U);
}

TEST_F(sending_from, a_source_that_throws_ends_the_connection_with_1011) {
    open();
    served().send_from(message_source([here = alive, text = std::string("begin"),
                                       first = true]() mutable -> source_piece {
        if (!std::exchange(first, false)) throw std::runtime_error("disk");
        return {std::as_bytes(std::span(text)), false};
    }));
    served().send("behind");
    driver.settle();
    EXPECT_EQ(sources(), 0);
    EXPECT_EQ(at_server.end->error, errc::handler_threw);
    EXPECT_TRUE(at_server.end->exception);
    ASSERT_TRUE(at_client.end && at_client.end->received);
    EXPECT_EQ(at_client.end->received->code, close_code::internal_error);
    EXPECT_EQ(at_client.count("message behind"), 0U);
    expect_all_over();
}

TEST_F(sending_from, a_source_is_destroyed_when_its_connection_ends) {
    const std::function<void()> ends[] = {
        [this] { served().close(); },       [this] { served().abort(); },
        [this] { outbound().close(); },     [this] { outbound().abort(); },
        [this] { server.reset(); },         [this] { client.reset(); },
        [this] { server->shutdown(1s); },
    };
    for (const auto& end : ends) {
        if (!server) server.emplace(driver);
        if (!client) client.emplace(driver);
        at_server = {};
        at_client = {};
        open();
        driver.settle();
        long left_at_close = 0;
        at_server.on["close"] = [&](connection*) { left_at_close = sources(); };
        at_client.on["open"] = nullptr;
        outbound().pause();
        served().send_from(pieces(1'000'000, 1000));
        served().send_from(pieces(1, 1));
        driver.settle();
        EXPECT_EQ(sources(), 2);
        end();
        pass(1min);
        pass(1min);
        EXPECT_EQ(sources(), 0);
        EXPECT_EQ(left_at_close, 0);
        if (server) server.reset();
        if (client) client.reset();
        driver.settle();
    }
}

TEST_F(sending_from, a_source_may_do_anything) {
    const std::function<void(connection&)> actions[] = {
        [](connection& c) { c.close(); },
        [](connection& c) { c.abort(); },
        [this](connection&) { server.reset(); },
        [](connection& c) { c.send("from inside"); },
        [this](connection& c) { c.send_from(pieces(2, 3)); },
        [](connection& c) { c.pause(); },
        [](connection&) { throw std::bad_alloc(); },
    };
    for (std::size_t which = 0; which < std::size(actions); ++which) {
        if (!server) server.emplace(driver);
        at_server = {};
        at_client = {};
        open();
        connection& from = served();
        from.send_from(message_source([&, at = 0, here = alive]() mutable {
            if (++at == 2) actions[which](from);
            EXPECT_LE(at, 4);
            static const std::string text = "piece";
            return source_piece{std::as_bytes(std::span(text)), at == 4};
        }));
        driver.settle();
        const bool goes_on = which >= 3 && which <= 5;
        EXPECT_EQ(at_client.count("message piecepiecepiecepiece"), goes_on ? 1U : 0U) << which;
        EXPECT_EQ(at_client.count("message from inside"), which == 3 ? 1U : 0U);
        EXPECT_EQ(at_client.count("message aaabbb"), which == 4 ? 1U : 0U);
        client->stop();
        pass(1min);
        EXPECT_EQ(sources(), 0);
        EXPECT_EQ(at_client.ends, 1);
        server.reset();
        driver.settle();
    }
}

TEST_F(sending_from, a_compressed_message) {
    open({.extension = std::make_shared<run_length_extension>()});
    served().send_from(pieces(50, 5000));
    outbound().send_from(pieces(50, 5000), compression::off);
    driver.settle();
    EXPECT_EQ(at_client.count("message " + whole(50, 5000)), 1U);
    EXPECT_EQ(at_server.count("message " + whole(50, 5000)), 1U);
    EXPECT_LT(served().traffic().bytes_sent, 100'000U);
    EXPECT_GT(outbound().traffic().bytes_sent, 250'000U);
}

// The codec compresses messages from 8 bytes on; the size of these is not known when they begin.
TEST_F(sending_from, a_small_first_piece_does_not_decide_against_compression) {
    open({.extension = std::make_shared<run_length_extension>()});
    const auto source = [first = true]() mutable {
        static const std::string little = "[";
        static const std::string much(100'000, 'x');
        const bool begins = std::exchange(first, false);
        return source_piece{std::as_bytes(std::span(begins ? little : much)), !begins};
    };
    served().send_from(message_source(source));
    outbound().send_from(message_source(source), compression::off);
    driver.settle();
    EXPECT_EQ(at_client.count("message [" + std::string(100'000, 'x')), 1U);
    EXPECT_LT(served().traffic().bytes_sent, 10'000U);
    EXPECT_GT(outbound().traffic().bytes_sent, 100'000U);
}

TEST_F(sending_from, a_reader_and_a_generator) {
    open();
    std::size_t left = 200'000;
    served().send_from(message_source::reading(
        [&](std::span<std::byte> to) {
            const auto size = std::min({to.size(), left, std::size_t{7777}});
            std::fill_n(to.begin(), size, std::byte{'r'});
            left -= size;
            return size;
        },
        true));
    const auto numbers = [](int count) -> piece_generator {
        for (int i = 0; i < count; ++i) co_yield std::to_string(i) + ' ';
    };
    served().send_from(message_source(numbers(5)));
    served().send_from(message_source(numbers(0)));
    driver.settle();
    EXPECT_EQ(at_client.count("message " + std::string(200'000, 'r')), 1U);
    EXPECT_EQ(at_client.count("message 0 1 2 3 4 "), 1U);
    EXPECT_EQ(at_client.count("message"), 1U);
}

TEST_F(sending_from, a_reader_that_returns_an_error_ends_the_connection_and_sends_nothing) {
    open();
    served().send_from(message_source::reading(
        [](std::span<std::byte>) { return static_cast<std::size_t>(-1); }));
    driver.settle();
    EXPECT_EQ(at_server.end->error, errc::handler_threw);
    ASSERT_TRUE(at_client.end && at_client.end->received);
    EXPECT_EQ(at_client.end->received->code, close_code::internal_error);
    EXPECT_LT(at_client.end->traffic.bytes_received, 1000U);
    expect_all_over();
}

TEST_F(sending_from, a_generator_that_throws) {
    open();
    served().send_from(message_source([]() -> piece_generator {
        co_yield "begin";
        throw std::runtime_error("no more");
    }()));
    driver.settle();
    EXPECT_EQ(at_server.end->error, errc::handler_threw);
    EXPECT_EQ(at_client.end->received->code, close_code::internal_error);
}

TEST_F(sending_from, nothing_is_sent_while_the_connection_is_not_open) {
    at_client.on["fail"] = {};
    connection& early = link();
    EXPECT_EQ(early.send_from(pieces(1, 1)), send_result::closed);
    EXPECT_EQ(sources(), 0);
}

TEST_F(sending_from, a_longer_message_needs_no_more_memory) {
    std::size_t arrived = 0;
    auto what = at_client.all();
    what.part = [&](connection&, message_part part) { arrived += part.size(); };
    server->route("/", at_server.all());
    auto [a, b] = memory_pipe(driver, driver, capacity);
    server->serve(std::move(a));
    client->connect(std::move(b), *uri::parse("ws://example.org/"), std::move(what));
    driver.settle();
    static const std::string piece(20'000, 'p');
    const auto memory_for = [&](int count) {
        int left = count;
        const live_memory held;
        served().send_from(message_source(
            [&left] { return source_piece{std::as_bytes(std::span(piece)), --left == 0}; }));
        driver.settle();
        EXPECT_EQ(left, 0);
        return held.peak();
    };
    memory_for(100);
    const std::size_t few = memory_for(100);
    EXPECT_LE(memory_for(10'000), few + 10'000);
    EXPECT_EQ(arrived, 10'200U * piece.size());
}

} // namespace
} // namespace weft::testing
