// SPDX-License-Identifier: MIT
// Handshakes that never end: silence, trickles, heads and bodies without end. What has not opened
// costs little and ends with its deadline or its limit.
#include "attacks/attack_fixture.hpp"

namespace weft::testing {
namespace {

class opening_flood : public attack {
protected:
    static constexpr std::size_t attackers = 100;

    void SetUp() override {
        attack::SetUp();
        expose_echo();
    }

    void give_handshakes(duration time, const session_limits& limits = {}) {
        session_timeouts timeouts;
        timeouts.handshake = time;
        timeouts.close = 50ms;
        server_->handshake_options(limits, timeouts);
    }

    /// `attackers` connections, each of which has sent `words`, end with `error` and `status`.
    void expect_all_end(std::string_view words, std::error_code error, int status) {
        std::vector<raw_peer> peers;
        for (std::size_t i = 0; i < attackers; ++i) {
            peers.push_back(raw_peer::connected_to(port_));
            peers.back().send(words);
            turn();
        }
        ASSERT_TRUE(run_until([&] { return failures_.size() == attackers; }));
        const auto answer = "HTTP/1.1 " + std::to_string(status) + ' ';
        for (auto& peer : peers) {
            EXPECT_TRUE(run_until([&] { return peer.ended(); }));
            EXPECT_TRUE(peer.received().starts_with(answer)) << peer.received();
        }
        for (const auto& why : failures_)
            expect_refusal(why, error, status);
        peers.clear();
        EXPECT_TRUE(all_over());
    }

    /// One who has sent `words`, and then a byte in each turn, ends at the deadline.
    void expect_timeout_of(std::string_view words) {
        raw_peer peer = raw_peer::connected_to(port_);
        peer.send(words);
        ASSERT_TRUE(run_until([&] {
            peer.send("y");
            return peer.ended();
        }));
        ASSERT_EQ(failures_.size(), 1U);
        expect_refusal(failures_[0], errc::handshake_timeout, 408);
        EXPECT_TRUE(all_over());
    }

    /// One attacker sends `unit` without end and ends with `error` and `status`.
    void expect_early_end(const std::string& head, const std::string& unit, std::error_code error,
                          int status) {
        give_handshakes(10s);
        raw_peer peer = raw_peer::connected_to(port_);
        peer.send(head);
        torrent endless(peer, unit, 1'000'000);
        ASSERT_TRUE(run_until([&] {
            endless.pour();
            return !failures_.empty();
        }));
        expect_refusal(failures_.front(), error, status);
        EXPECT_TRUE(run_until([&] { return endless.pour(); }));
        EXPECT_TRUE(endless.refused()) << "it was read to its end";
        EXPECT_TRUE(all_over());
        EXPECT_EQ(failures_.size(), 1U);
    }

    static void expect_refusal(const report& why, std::error_code error, int status) {
        EXPECT_EQ(why.error, error) << why;
        EXPECT_EQ(why.http_status, status) << why;
        EXPECT_EQ(why.phase, phase::http) << why;
    }
};

// wspp 789, lws 2154: slow loris
TEST_F(opening_flood, of_connections_without_a_byte_ends_at_the_deadline) {
    give_handshakes(100ms);
    expect_all_end("", errc::handshake_timeout, 408);
    expect_memory_within(attackers * 4096);
}

TEST_F(opening_flood, of_halves_of_requests_ends_at_the_deadline) {
    give_handshakes(100ms);
    const auto half = upgrade_request("/echo").substr(0, 100);
    expect_all_end(half, errc::handshake_timeout, 408);
    expect_memory_within(attackers * 4096);
}

TEST_F(opening_flood, of_a_byte_now_and_then_does_not_put_off_the_deadline) {
    session_limits limits;
    limits.header_size_max = 1024 * 1024;
    give_handshakes(50ms, limits);
    expect_timeout_of("GET /echo HTTP/1.1\r\nX: ");
    expect_memory_within(128 * 1024);
}

TEST_F(opening_flood, of_a_slow_body_ends_at_the_deadline) {
    give_handshakes(50ms);
    expect_timeout_of("POST /form HTTP/1.1\r\nHost: x\r\nContent-Length: 65536\r\n\r\n");
    expect_memory_within(256 * 1024);
}

// tungstenite CVE-2023-43669, ws CVE-2021-32640: each byte is looked at once, and 431 comes early
TEST_F(opening_flood, of_a_head_byte_by_byte_ends_at_the_limit) {
    give_handshakes(30s);
    raw_peer peer = raw_peer::connected_to(port_);
    peer.send("GET /echo HTTP/1.1\r\nX: ");
    std::size_t sent = 0;
    while (failures_.empty() && sent < 20'000) {
        peer.send("y");
        ++sent;
        turn();
    }
    ASSERT_EQ(failures_.size(), 1U);
    expect_refusal(failures_[0], errc::header_too_large, 431);
    EXPECT_NEAR(static_cast<double>(sent), 16.0 * 1024, 64);
    expect_memory_within(128 * 1024);
}

TEST_F(opening_flood, of_one_endless_header_ends_at_the_limit) {
    expect_early_end("GET /echo HTTP/1.1\r\nX: ", std::string(65536, 'y'), errc::header_too_large,
                     431);
    expect_memory_within(1024 * 1024);
}

// ws CVE-2024-37890
TEST_F(opening_flood, of_headers_ends_at_the_limit) {
    std::string fields;
    for (int i = 0; i < 1000; ++i)
        fields += "X-" + std::to_string(i) + ": y\r\n";
    expect_early_end("GET /echo HTTP/1.1\r\n", fields, errc::too_many_headers, 431);
    expect_memory_within(1024 * 1024);
}

TEST_F(opening_flood, of_a_body_is_refused_by_its_length) {
    for (const auto* length : {"65537", "9223372036854775808", "99999999999999999999999"}) {
        failures_.clear();
        expect_early_end("POST /form HTTP/1.1\r\nHost: x\r\nContent-Length: " +
                             std::string(length) + "\r\n\r\n",
                         std::string(65536, 'y'), errc::body_too_large, 413);
    }
    expect_memory_within(1024 * 1024);
}

TEST_F(opening_flood, of_bytes_before_a_late_decision_is_not_read) {
    connection_handle waiting;
    connection_options options;
    options.timeouts.close = 50ms;
    expose("/late", options, {.validate = [&](connection& who) {
               waiting = who.handle();
               who.defer();
           }});
    raw_peer peer = raw_peer::connected_to(port_);
    peer.send(upgrade_request("/late"));
    frame_builder frames(role::client);
    torrent early(peer, many(1000, [&] { return frames.text("early"); }), 20'000);
    int turns = 0;
    EXPECT_TRUE(run_until([&] { return early.pour() || ++turns == 200; }));
    EXPECT_NE(early.left(), 0U);
    expect_memory_within(1024 * 1024);
    waiting.with([](connection& who) { who.reject(403); });
    expect_end(errc::rejected, side::local, phase::http);
    EXPECT_TRUE(all_over());
}

} // namespace
} // namespace weft::testing
