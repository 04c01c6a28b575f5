// SPDX-License-Identifier: MIT
// Peers that do not read, or do nothing at all: what waits for them is bounded for each of them,
// and they are found out.
#include "attacks/attack_fixture.hpp"

namespace weft::testing {
namespace {

class deaf_peer : public attack, public ::testing::WithParamInterface<queue_policy> {
protected:
    static constexpr std::size_t attackers = 20;
    static constexpr std::size_t queue = 256 * 1024;

    static connection_options options() {
        connection_options made;
        made.queue_size_max = queue;
        made.when_full = GetParam();
        made.timeouts.close = 50ms;
        // The close frame waits behind the full queue for as long as the peer takes nothing.
        if (GetParam() == queue_policy::close) made.timeouts.write_stall = 2s;
        return made;
    }

    std::vector<raw_peer> deaf_ones(std::string_view path) {
        std::vector<raw_peer> peers;
        for (std::size_t i = 0; i < attackers; ++i)
            peers.push_back(opened(path, 4096));
        return peers;
    }
};

// wspp 477: a gigabyte in half an hour. lws 736, 852, 1862, 3366.
TEST_P(deaf_peer, of_a_broadcast_costs_no_more_than_its_queue) {
    std::vector<connection_handle> all;
    expose("/news", options(), {.open = [&](connection& to) { all.push_back(to.handle()); }});
    auto peers = deaf_ones("/news");
    const std::string news(10'000, 'x');
    std::size_t dropped = 0;
    for (int i = 0; i < 1000; ++i) { // ten megabytes for each
        for (const auto& one : all) {
            one.with([&](connection& to) { dropped += to.send(news) == send_result::dropped; });
        }
        turn();
    }
    EXPECT_GT(dropped, 0U);
    if (GetParam() == queue_policy::close) {
        ASSERT_TRUE(run_until([&] { return attacked_.closed == static_cast<int>(attackers); }));
        EXPECT_EQ(attacked_.why.error, errc::queue_full) << attacked_.why;
        EXPECT_EQ(attacked_.why.began, side::local);
        EXPECT_TRUE(all_over());
    } else {
        EXPECT_FALSE(attacked_.ended()) << attacked_.why;
    }
    // The queue grows by doubling, and while it does so it is there twice.
    expect_memory_within(attackers * 2 * queue + 2 * queue + 512 * 1024);
}

TEST_P(deaf_peer, of_an_echo_costs_no_more_than_its_queue) {
    expose_echo(options());
    auto peers = deaf_ones("/echo");
    frame_builder frames(role::client);
    const auto unit = to_text(frames.text(std::string(10'000, 'x')));
    std::vector<torrent> all;
    for (const auto& peer : peers)
        all.emplace_back(peer, unit, 1000);
    for (int i = 0; i < 1000; ++i) {
        for (auto& one : all)
            one.pour();
        turn();
    }
    if (GetParam() == queue_policy::close) {
        ASSERT_TRUE(run_until([&] { return attacked_.closed == static_cast<int>(attackers); }));
        EXPECT_EQ(attacked_.why.error, errc::queue_full) << attacked_.why;
    } else {
        EXPECT_FALSE(attacked_.ended()) << attacked_.why;
    }
    // Beside the queue, what was read before the turn's budget or a pause came.
    constexpr std::size_t input = 512 * 1024;
    expect_memory_within(attackers * (2 * queue + input) + 2 * queue + 3 * input);
}

// wspp 695, Beast 2323: a dead peer goes unnoticed
TEST_P(deaf_peer, that_does_nothing_at_all_is_found_out) {
    auto with = options();
    with.timeouts.ping_interval = 20ms;
    with.timeouts.pong = 20ms;
    expose_echo(with);
    auto peers = deaf_ones("/echo");
    ASSERT_TRUE(run_until([&] { return attacked_.closed == static_cast<int>(attackers); }));
    EXPECT_EQ(attacked_.why.error, errc::pong_timeout) << attacked_.why;
    EXPECT_EQ(attacked_.why.error, condition::timeout);
    EXPECT_EQ(attacked_.why.began, side::local);
    EXPECT_TRUE(all_over()); // although they neither read the close frame nor leave
    expect_memory_within(attackers * 2048);
}

std::string policy_name(const ::testing::TestParamInfo<queue_policy>& each) {
    switch (each.param) {
    case queue_policy::pause: return "pause";
    case queue_policy::drop: return "drop";
    case queue_policy::close: break;
    }
    return "close";
}

INSTANTIATE_TEST_SUITE_P(, deaf_peer,
                         ::testing::Values(queue_policy::pause, queue_policy::drop,
                                           queue_policy::close),
                         policy_name);

} // namespace
} // namespace weft::testing
