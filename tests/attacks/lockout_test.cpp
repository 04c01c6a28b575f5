// SPDX-License-Identifier: MIT
// Idle TCP connections that take up what there is for handshakes: honest newcomers come in all the
// same, from other addresses and from the attacker's own.
#include "attacks/attack_fixture.hpp"

namespace weft::testing {
namespace {

class lockout : public attack {
protected:
    static constexpr std::size_t handshakes = 64;

    void SetUp() override {
        attack::SetUp();
        expose_echo();
    }

    /// Idle connections from `from`, all of which have been accepted.
    void flood(const char* from, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            idle_.push_back(raw_peer::connected_to(port_, 0, from));
            turn();
        }
        ASSERT_TRUE(run_until([&] { return server_->handshake_count() >= handshakes; }));
    }

    /// A client from `from` is let in.
    void expect_served(const char* from) {
        raw_peer honest = raw_peer::connected_to(port_, 0, from);
        honest.send(upgrade_request("/echo"));
        EXPECT_TRUE(run_until([&] { return has_head(honest.received()) || honest.ended(); }));
        EXPECT_TRUE(honest.received().starts_with("HTTP/1.1 101 ")) << from << honest.received();
    }

    /// Plain requests with `fields` are answered, and their clients stay.
    void answered_crowd(const std::string& fields) {
        server_->limits({.handshakes_max = handshakes});
        for (std::size_t i = 0; i < 2 * handshakes; ++i) {
            idle_.push_back(raw_peer::connected_to(port_, 0, "127.0.0.9"));
            idle_.back().send("GET /nowhere HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n");
            turn();
        }
        ASSERT_TRUE(run_until([&] { return server_->handshake_count() >= handshakes; }));
        for (int i = 0; i < 32; ++i) expect_served("127.0.0.1");
        EXPECT_EQ(server_->refused_count(), 0U);
        idle_.clear();
        EXPECT_TRUE(all_over());
    }

    void end() {
        EXPECT_EQ(server_->refused_count(), 0U);
        for (const auto& why : failures_) {
            EXPECT_EQ(why.error, errc::too_many_handshakes) << why;
            EXPECT_EQ(why.began, side::local);
        }
        idle_.clear();
        EXPECT_TRUE(all_over());
    }

    std::vector<raw_peer> idle_;
};

TEST_F(lockout, by_idle_connections_of_one_address_keeps_nobody_out) {
    server_->limits({.handshakes_max = handshakes});
    flood("127.0.0.9", 3 * handshakes);
    for (int i = 0; i < 32; ++i) {
        expect_served("127.0.0.1");
        expect_served("127.0.0.2");
        expect_served("127.0.0.9");
    }
    EXPECT_GE(failures_.size(), 2 * handshakes);
    end();
}

TEST_F(lockout, by_idle_connections_of_many_addresses_keeps_nobody_out) {
    server_->limits({.handshakes_max = handshakes});
    for (int i = 10; i < 26; ++i) {
        const auto from = "127.0.0." + std::to_string(i);
        for (int j = 0; j < 8; ++j) idle_.push_back(raw_peer::connected_to(port_, 0, from.c_str()));
        turn();
    }
    ASSERT_TRUE(run_until([&] { return server_->handshake_count() >= handshakes; }));
    for (int i = 0; i < 32; ++i) expect_served("127.0.0.1");
    end();
}

TEST_F(lockout, by_connections_that_wait_for_their_end_keeps_nobody_out) {
    answered_crowd("Connection: close\r\n");
}

TEST_F(lockout, by_connections_that_wait_for_another_request_keeps_nobody_out) {
    answered_crowd("");
}

TEST_F(lockout, of_an_address_by_itself_leaves_the_others_their_share) {
    server_->limits({.handshakes_max = 4 * handshakes, .handshakes_per_address_max = handshakes});
    flood("127.0.0.9", 2 * handshakes);
    EXPECT_TRUE(run_until([&] { return server_->handshake_count() == handshakes; }));
    expect_served("127.0.0.9");
    expect_served("127.0.0.1");
    end();
}

} // namespace
} // namespace weft::testing
