// SPDX-License-Identifier: MIT
// Messages that are begun and never finished: a byte now and then keeps none of them for ever.
#include "attacks/attack_fixture.hpp"

namespace weft::testing {
namespace {

class half_message : public attack {
protected:
    static constexpr std::size_t attackers = 100;
    static constexpr std::size_t came = 64 * 1024;

    static connection_options impatient() {
        connection_options options;
        options.timeouts.message = 100ms;
        options.limits.message_rate_min = 1024 * 1024; // turns are many in a second
        options.timeouts.close = 50ms;
        return options;
    }

    /// `attackers` have each sent `beginning`, and then send `more` now and then.
    void expect_all_end(const std::string& beginning, const std::string& more) {
        expose_echo(impatient());
        std::vector<raw_peer> peers;
        for (std::size_t i = 0; i < attackers; ++i) {
            peers.push_back(opened());
            torrent all(peers.back(), beginning, 1);
            ASSERT_TRUE(run_until([&] { return all.pour(); }));
        }
        std::size_t turns = 0; // each of which serves fewer than all of them
        ASSERT_TRUE(run_until([&] {
            if (turns++ % 16 == 0) {
                for (auto& peer : peers) peer.send(more);
            }
            return attacked_.closed == static_cast<int>(attackers);
        }));
        EXPECT_EQ(attacked_.why.error, errc::message_timeout) << attacked_.why;
        EXPECT_EQ(attacked_.why.began, side::local);
        ASSERT_TRUE(attacked_.why.sent);
        EXPECT_EQ(attacked_.why.sent->code, close_code::policy_violation);
        peers.clear();
        EXPECT_TRUE(all_over());
        expect_memory_within(attackers * (2 * came + 4096) + 2 * 1024 * 1024);
        EXPECT_LT(memory_->now(), 1024U * 1024) << "what came is kept";
    }

    frame_builder frames_{role::client};
};

TEST_F(half_message, of_one_huge_frame_ends_although_bytes_come) {
    expect_all_end(to_text(frames_.header(fin | 0x2, 127, 15 * 1024 * 1024)) +
                       std::string(came, 'x'),
                   "y");
}

TEST_F(half_message, of_fragments_ends_although_they_come) {
    expect_all_end(to_text(frames_.begin_binary(std::string(came, 'x'))),
                   to_text(frames_.part("y")));
}

TEST_F(half_message, with_pings_and_empty_fragments_in_between_ends) {
    expect_all_end(to_text(frames_.begin_binary(std::string(came, 'x'))),
                   to_text(frames_.ping() + frames_.part("") + frames_.pong()));
}

TEST_F(half_message, of_an_honest_slow_peer_is_waited_for) {
    auto options = impatient();
    options.limits.message_rate_min = 1;
    expose_echo(options);
    raw_peer peer = opened();
    peer.send(to_text(frames_.begin_binary("x")));
    const auto end = std::chrono::steady_clock::now() + 300ms;
    ASSERT_TRUE(run_until([&] {
        peer.send(to_text(frames_.part("y")));
        return std::chrono::steady_clock::now() > end;
    }));
    peer.send(to_text(frames_.last_part("z")));
    std::string tail;
    EXPECT_TRUE(run_until([&] { return hear_tail(peer, tail).ends_with("yz"); }));
    EXPECT_FALSE(attacked_.ended()) << attacked_.why;
}

} // namespace
} // namespace weft::testing
