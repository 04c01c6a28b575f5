// SPDX-License-Identifier: MIT
// Large messages in parts, over sockets and on every driver.
#include <algorithm>
#include <stdexcept>
#include <string>

#include "endpoint/endpoint_fixture.hpp"
#include "support/allocations.hpp"

namespace weft::testing {
namespace {

class large_messages : public endpoint {
protected:
    /// Byte `at` of every message of this suite.
    static char letter(std::size_t at) { return static_cast<char>('a' + (at * 7 + at / 251) % 26); }

    static std::string letters(std::size_t size) {
        std::string text(size, ' ');
        for (std::size_t i = 0; i < size; ++i) text[i] = letter(i);
        return text;
    }

    /// Reads the first `size` letters. Notes how much is queued when the source is asked.
    static message_source letters_of(std::size_t size, connection& peer,
                                     std::size_t& most_queued) {
        return message_source::reading(
            [&peer, &most_queued, size, at = std::size_t{0}](std::span<std::byte> to) mutable {
                most_queued = std::max(most_queued, peer.buffered_amount());
                const std::size_t count = std::min(to.size(), size - at);
                for (std::size_t i = 0; i < count; ++i) {
                    to[i] = static_cast<std::byte>(letter(at++));
                }
                return count;
            },
            true);
    }

    /// What arrived in parts.
    struct arrivals {
        std::size_t size = 0;
        std::size_t largest = 0;
        int messages = 0;
        bool as_sent = true;

        void take(const message_part& part) {
            as_sent &= part.is_first() == (size == 0);
            for (const char each : part.text()) as_sent &= each == letter(size++);
            largest = std::max(largest, part.size());
            messages += part.is_last();
        }
    };
};

TEST_P(large_messages, are_received_in_parts_within_the_limit_of_a_part) {
    arrivals arrived;
    ending outbound;
    server_->route("/parts",
                   served_.observe({.part = [&](connection&, message_part p) { arrived.take(p); }}),
                   {.connection = {.limits = {.message_size_max = 10'000}}, .subprotocol = {}});
    listen();
    const auto large = letters(5'000'000);
    client_->connect(url("/parts"), outbound.observe({.open = [&](connection& peer) {
        peer.send(large);
        peer.close();
    }}));
    ASSERT_TRUE(run_until([&] { return outbound.ended() && served_.ended(); }));
    EXPECT_TRUE(arrived.as_sent);
    EXPECT_EQ(arrived.size, large.size());
    EXPECT_EQ(arrived.messages, 1);
    EXPECT_LE(arrived.largest, 10'000U);
    EXPECT_TRUE(served_.why.clean()) << served_.why;
}

// Blocks for the first half and memory for the whole. A server sends a prepared message uncopied.
TEST_P(large_messages, are_read_into_their_own_memory) {
    const std::size_t size = 16 * 1024 * 1024;
    const auto large = letters(size);
    const prepared_message prepared{message(large)};
    bool as_sent = false;
    ending outbound;
    server_->route("/large", served_.observe({.open = [&](connection& peer) {
        peer.send(prepared);
    }}));
    listen();
    client_->connect(url("/large"), outbound.observe({.message = [&](connection& peer, message m) {
        as_sent = m.text() == large;
        peer.close();
    }}));
    const allocation_counter allocations;
    ASSERT_TRUE(run_until([&] { return outbound.ended() && served_.ended(); }));
    RecordProperty("allocated", std::to_string(allocations.bytes()));
    EXPECT_TRUE(as_sent);
    EXPECT_LT(allocations.bytes(), size + size / 2 + 1'000'000);
}

TEST_P(large_messages, stop_the_sender_while_the_receiver_is_paused) {
    arrivals arrived;
    connection* served = nullptr;
    server_->route("/parts", {.part = [&](connection& peer, message_part p) {
        arrived.take(p);
        served = &peer;
        peer.pause();
    }});
    listen();
    connection* outbound = nullptr;
    const auto large = letters(20'000'000);
    client_->connect(url("/parts"), {.open = [&](connection& peer) {
        outbound = &peer;
        peer.send(large);
    }});
    ASSERT_TRUE(run_until([&] { return served != nullptr; }));
    for (int i = 0; i < 5; ++i) {
        const std::size_t before = arrived.size;
        EXPECT_LT(before, 1'000'000U);
        EXPECT_GT(outbound->buffered_amount(), 1'000'000U); // the kernel takes some
        served->resume();
        ASSERT_TRUE(run_until([&] { return arrived.size != before; }));
        ASSERT_TRUE(served->paused());
    }
    while (arrived.messages == 0) {
        const std::size_t before = arrived.size;
        served->resume();
        ASSERT_TRUE(run_until([&] { return arrived.size != before; }));
    }
    EXPECT_TRUE(arrived.as_sent);
    EXPECT_EQ(arrived.size, large.size());
}

TEST_P(large_messages, are_sent_from_sources_in_both_directions_at_once) {
    constexpr std::size_t size = 3'000'000;
    arrivals at_server, at_client;
    std::size_t most_queued = 0;
    const auto talks = [&](arrivals& arrived, ending& record) {
        return record.observe(
            {.open =
                 [&](connection& peer) {
                     peer.send_from(letters_of(size, peer, most_queued));
                 },
             .part =
                 [&](connection& peer, message_part p) {
                     arrived.take(p);
                     if (at_server.messages + at_client.messages == 2) peer.close();
                 }});
    };
    ending outbound;
    server_->route("/both", talks(at_server, served_));
    listen();
    client_->connect(url("/both"), talks(at_client, outbound));
    ASSERT_TRUE(run_until([&] { return outbound.ended() && served_.ended(); }));
    for (const auto* arrived : {&at_server, &at_client}) {
        EXPECT_TRUE(arrived->as_sent);
        EXPECT_EQ(arrived->size, size);
        EXPECT_EQ(arrived->messages, 1);
    }
    EXPECT_TRUE(outbound.why.clean()) << outbound.why;
    EXPECT_EQ(most_queued, 0U);
}

TEST_P(large_messages, from_a_source_end_with_1011_if_it_throws) {
    ending outbound;
    server_->route("/throws", served_.observe({.open = [](connection& peer) {
        peer.send_from(message_source([at = 0]() mutable -> source_piece {
            static const std::string piece(100'000, 'x');
            if (++at == 20) throw std::runtime_error("the file ends too early");
            return {std::as_bytes(std::span(piece)), false};
        }));
    }}));
    listen();
    client_->connect(url("/throws"), outbound.observe());
    ASSERT_TRUE(run_until([&] { return outbound.ended() && served_.ended(); }));
    EXPECT_EQ(served_.why.error, errc::handler_threw);
    ASSERT_TRUE(outbound.why.received) << outbound.why;
    EXPECT_EQ(outbound.why.received->code, close_code::internal_error);
    EXPECT_EQ(outbound.why.traffic.messages_received, 0U);
}

WEFT_IN_EVERY_WAY(large_messages);

} // namespace
} // namespace weft::testing
