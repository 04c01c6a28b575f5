// SPDX-License-Identifier: MIT
// An open WebSocket used as a weapon: frames in any number, of any length that can be announced.
#include "attacks/attack_fixture.hpp"

#include <algorithm>

namespace weft::testing {
namespace {

constexpr std::size_t million = 1'000'000;
constexpr std::size_t in_a_unit = 1000;

/// The loop's receive buffer, while it grows, and what one connection may hold.
constexpr std::size_t ordinary_memory = 2 * 1024 * 1024;

class frame_flood : public attack {
protected:
    frame_builder frames_{role::client};

    /// Pours `times` of what `make` makes; false when not all of it was taken.
    template <class Make>
    bool flood(raw_peer& from, std::size_t times, Make&& make, bool reads = true) {
        torrent all(from, many(in_a_unit, make), times / in_a_unit);
        EXPECT_TRUE(run_until([&] {
            if (reads) received_ += forget(from);
            return all.pour();
        }));
        return all.left() == 0 && !all.refused();
    }

    /// Waits until an echo or an answer of `size` bytes in all has come.
    bool received(raw_peer& at, std::size_t size) {
        return run_until([&] { return (received_ += forget(at)) >= size; });
    }

    /// Waits until what comes ends with `wanted`.
    bool received_end(raw_peer& at, std::string_view wanted) {
        std::string tail;
        return run_until([&] { return hear_tail(at, tail).ends_with(wanted); });
    }

    std::size_t received_ = 0;
};

// ws GHSA-96hv-2xvq-fx4p, Netty CVE-2014-0193
TEST_F(frame_flood, of_a_million_empty_fragments_ends_at_the_limit) {
    connection_options options;
    options.timeouts.close = 50ms;
    expose_echo(options);
    raw_peer peer = opened();
    peer.send(to_text(frames_.begin_text("")));
    flood(peer, million, [&] { return frames_.part(""); }, false);
    expect_end(errc::too_many_fragments, side::local);
    ASSERT_TRUE(attacked_.why.sent);
    EXPECT_EQ(attacked_.why.sent->code, close_code::policy_violation);
    EXPECT_TRUE(all_over());
    expect_memory_within(ordinary_memory);
}

TEST_F(frame_flood, of_a_million_empty_fragments_costs_nothing_without_the_limit) {
    connection_options options;
    options.limits.fragment_count_max = unlimited;
    expose_echo(options);
    raw_peer peer = opened();
    peer.send(to_text(frames_.begin_text("")));
    EXPECT_TRUE(flood(peer, million, [&] { return frames_.part(""); }));
    EXPECT_EQ(received_, 0U);
    peer.send(to_text(frames_.last_part("")));
    EXPECT_TRUE(received(peer, 2)); // the echo of an empty message
    EXPECT_FALSE(attacked_.ended()) << attacked_.why;
    expect_memory_within(ordinary_memory);
}

// undici CVE-2026-9675, sockudo-ws: the sum counts, and what came is looked at once
TEST_F(frame_flood, of_one_byte_fragments_is_held_to_the_message_limit) {
    connection_options options;
    options.limits.fragment_count_max = unlimited;
    options.limits.message_size_max = 500'000;
    options.timeouts.close = 50ms;
    expose_echo(options);
    raw_peer peer = opened();
    peer.send(to_text(frames_.begin_text("x")));
    flood(peer, million, [&] { return frames_.part("x"); }, false);
    expect_end(errc::message_too_big, side::local);
    EXPECT_EQ(attacked_.why.sent->code, close_code::message_too_big);
    EXPECT_TRUE(all_over());
    expect_memory_within(ordinary_memory + 3 * options.limits.message_size_max);
}

TEST_F(frame_flood, of_empty_messages_is_answered_and_kept_nowhere) {
    expose_echo();
    raw_peer peer = opened();
    EXPECT_TRUE(flood(peer, million / 2, [&] { return frames_.text(""); }));
    EXPECT_TRUE(received(peer, 2 * (million / 2)));
    expect_memory_within(ordinary_memory);
}

TEST_F(frame_flood, of_pings_is_answered_to_one_who_reads) {
    expose_echo();
    raw_peer peer = opened();
    EXPECT_TRUE(flood(peer, million / 2, [&] { return frames_.ping(); }));
    peer.send(to_text(frames_.ping("the last one")));
    EXPECT_TRUE(received_end(peer, "the last one"));
    expect_memory_within(ordinary_memory);
}

// RFC 6455 §5.5.3: only the latest ping needs an answer.
TEST_F(frame_flood, of_pings_whose_answers_nobody_reads_is_not_stored) {
    std::size_t most = 0;
    for (const auto policy : {queue_policy::pause, queue_policy::drop, queue_policy::close}) {
        attacked_ = {};
        connection_options options;
        options.when_full = policy;
        const auto path = "/deaf" + std::to_string(static_cast<int>(policy));
        expose(path, options, {.ping = [&](connection& at, std::span<const std::byte>) {
                   most = std::max(most, at.buffered_amount());
               }});
        raw_peer peer = opened(path, 4096);
        const std::string payload(125, 'x');
        EXPECT_TRUE(flood(peer, million / 10, [&] { return frames_.ping(payload); }, false));
        EXPECT_LE(most, 64U * 1024 + 2 * 127);
        EXPECT_FALSE(attacked_.ended()) << attacked_.why;
        // What waits is whole frames, the last of which answers the latest ping.
        peer.send(to_text(frames_.ping("the last one")));
        EXPECT_TRUE(received_end(peer, "the last one"));
        peer.close();
        EXPECT_TRUE(all_over());
    }
    expect_memory_within(ordinary_memory);
}

TEST_F(frame_flood, of_pongs_that_nobody_asked_for_is_ignored) {
    expose_echo();
    raw_peer peer = opened();
    EXPECT_TRUE(flood(peer, million, [&] { return frames_.pong("x"); }));
    EXPECT_EQ(received_, 0U);
    EXPECT_FALSE(attacked_.ended()) << attacked_.why;
    expect_memory_within(ordinary_memory);
}

TEST_F(frame_flood, of_close_frames_is_answered_once_and_ends) {
    connection_options options;
    options.timeouts.close = 50ms;
    expose_echo(options);
    raw_peer peer = opened();
    flood(peer, million, [&] { return frames_.close(1000, "again"); }, false);
    expect_end({}, side::peer);
    EXPECT_TRUE(attacked_.why.clean()) << attacked_.why;
    EXPECT_TRUE(all_over()); // although the peer goes on, within the close timeout
    expect_memory_within(ordinary_memory);
}

// ws CVE-2016-10542, uws CVE-2016-10544, libsoup CVE-2025-32049, CVE-2026-0716: all limits off
TEST_F(frame_flood, of_announced_lengths_takes_no_more_than_what_came) {
    constexpr std::size_t attackers = 64;
    constexpr std::size_t came = 1024;
    connection_options options;
    options.limits = {unlimited, unlimited, unlimited, unlimited, unlimited, unlimited};
    expose_echo(options);
    std::vector<raw_peer> peers;
    for (std::size_t i = 0; i < attackers; ++i)
        peers.push_back(opened());
    const live_memory from_now_on;
    for (auto& peer : peers)
        peer.send(to_text(frames_.header(fin | 0x2, 127, ~0ULL >> 1)) + std::string(came, 'x'));
    for (int i = 0; i < 100; ++i)
        turn();
    EXPECT_FALSE(attacked_.ended()) << attacked_.why;
    EXPECT_LE(from_now_on.peak(), attackers * (2 * came + 1024));
    peers.clear();
    EXPECT_TRUE(all_over());
    EXPECT_EQ(attacked_.closed, static_cast<int>(attackers));
    EXPECT_EQ(attacked_.why.error, errc::unexpected_eof);
}

} // namespace
} // namespace weft::testing
