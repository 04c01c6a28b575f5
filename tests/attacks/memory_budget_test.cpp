// SPDX-License-Identifier: MIT
// Many connections that each stay within their limits, and together take all memory: a budget for
// all of them ends those who hold most, and honest ones go on.
#include "attacks/attack_fixture.hpp"

namespace weft::testing {
namespace {

constexpr std::size_t megabyte = 1024 * 1024;
constexpr std::size_t budget_of_all = 8 * megabyte;

/// What one read brings before it is counted, the buffer that it is read into, and what the test
/// itself has to send.
constexpr std::size_t tolerance = 5 * megabyte;

class memory_budget : public attack {
protected:
    static constexpr int attackers = 100;

    /// Each sends a part of a message of 15 MiB.
    void send_halves(std::vector<raw_peer>& peers, int count) {
        const auto half = to_text(frames_.header(fin | 0x2, 127, 15 * megabyte)) +
            std::string(megabyte, 'x');
        for (int i = 0; i < count; ++i) {
            peers.push_back(opened());
            torrent all(peers.back(), half, 1);
            ASSERT_TRUE(run_until([&] { return all.pour(); }));
        }
    }

    void expect_ends() {
        EXPECT_GT(attacked_.closed, attackers / 2);
        EXPECT_EQ(attacked_.why.error, errc::over_memory_budget) << attacked_.why;
        EXPECT_EQ(attacked_.why.error, condition::limit);
        EXPECT_EQ(attacked_.why.began, side::local);
    }

    frame_builder frames_{role::client};
};

TEST_F(memory_budget, of_a_server_holds_against_half_messages) {
    connection_options options;
    options.timeouts.close = 50ms;
    expose_echo(options);
    server_->limits({.memory_max = budget_of_all});
    std::vector<raw_peer> peers;
    send_halves(peers, attackers);
    expect_memory_within(budget_of_all + tolerance);
    EXPECT_LE(server_->memory_used(), budget_of_all);
    expect_ends();
    ASSERT_TRUE(attacked_.why.sent);
    EXPECT_EQ(attacked_.why.sent->code, close_code::try_again_later);
    peers.clear();
    EXPECT_TRUE(all_over());
    EXPECT_EQ(server_->memory_used(), 0U);
}

TEST_F(memory_budget, of_a_server_holds_against_peers_that_do_not_read) {
    std::vector<connection_handle> all;
    expose("/feed", {}, {.open = [&](connection& to) { all.push_back(to.handle()); }});
    server_->limits({.memory_max = budget_of_all});
    std::vector<raw_peer> peers;
    for (int i = 0; i < attackers; ++i) peers.push_back(opened("/feed", 4096));
    const std::string chunk(60'000, 'x');
    std::size_t turns = 0; // each of which serves fewer than all of them
    ASSERT_TRUE(run_until([&] {
        if (turns++ % 4 == 0) {
            for (auto& one : all) {
                one.with([&](connection& to) { static_cast<void>(to.send(chunk)); });
            }
        }
        return attacked_.closed > attackers / 4;
    }));
    expect_memory_within(budget_of_all + tolerance);
    EXPECT_LE(server_->memory_used(), budget_of_all);
    EXPECT_EQ(attacked_.why.error, errc::over_memory_budget) << attacked_.why;
    peers.clear();
    EXPECT_TRUE(all_over());
    EXPECT_EQ(server_->memory_used(), 0U);
}

TEST_F(memory_budget, lets_newcomers_in_while_it_is_used_up) {
    expose_echo();
    server_->limits({.memory_max = budget_of_all});
    std::vector<raw_peer> peers;
    send_halves(peers, 20);
    for (int i = 0; i < 20; ++i) {
        raw_peer honest = opened();
        honest.send(to_text(frames_.text("hello")));
        std::string tail;
        EXPECT_TRUE(run_until([&] { return hear_tail(honest, tail).ends_with("hello"); }));
    }
    EXPECT_EQ(server_->refused_count(), 0U);
    peers.clear();
    EXPECT_TRUE(all_over());
}

TEST_F(memory_budget, of_nothing_refuses_newcomers) {
    server_->limits({.memory_max = 1024});
    raw_peer late = raw_peer::connected_to(port_);
    EXPECT_TRUE(run_until([&] { return late.ended(); }));
    EXPECT_TRUE(late.received().starts_with("HTTP/1.1 503 ")) << late.received();
    EXPECT_EQ(server_->refused_count(), 1U);
    server_->limits({});
}

// The loop's budget is for all servers on it: who holds most is found on any of them.
TEST(memory_budget_of_a_loop, is_for_all_servers_on_it) {
    event_loop loop{{.memory_max = budget_of_all}};
    std::vector<server> servers;
    std::vector<report> ends;
    std::vector<std::uint16_t> ports;
    for (int i = 0; i < 2; ++i) {
        servers.emplace_back(loop);
        servers.back().route("/", {.close = [&](connection&, const report& why) {
            ends.push_back(why);
        }});
        ports.push_back(servers.back().listen("127.0.0.1", 0)->port());
    }
    frame_builder frames{role::client};
    std::vector<raw_peer> peers;
    const auto until = [&](auto&& holds) {
        const auto end = std::chrono::steady_clock::now() + 30s;
        while (!holds() && std::chrono::steady_clock::now() < end) loop.run_ready();
        return holds();
    };
    const auto half = upgrade_request("/") +
        to_text(frames.header(fin | 0x2, 127, 15 * megabyte)) + std::string(3 * megabyte, 'x');
    const live_memory memory;
    for (int i = 0; i < 10; ++i) {
        peers.push_back(raw_peer::connected_to(ports[static_cast<std::size_t>(i) % 2]));
        torrent all(peers.back(), half, 1);
        ASSERT_TRUE(until([&] { return all.pour(); }));
    }
    ASSERT_TRUE(until([&] { return ends.size() >= 6; }));
    for (const auto& why : ends) EXPECT_EQ(why.error, errc::over_memory_budget) << why;
    EXPECT_LE(servers[0].memory_used() + servers[1].memory_used(), budget_of_all);
    EXPECT_LE(memory.peak(), budget_of_all + 20 * megabyte) << "of which the test has 3 for each";
    servers.clear();
}

} // namespace
} // namespace weft::testing
