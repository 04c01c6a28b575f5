// SPDX-License-Identifier: MIT
// FIN and RST at every byte of a session, and at once behind it: each connection ends once, with a
// report that says in which phase and why.
#include "attacks/attack_fixture.hpp"

namespace weft::testing {
namespace {

enum class cut { fin, rst };
enum class pace { after_it_was_read, at_once };

class broken_stream : public attack, public ::testing::WithParamInterface<std::pair<cut, pace>> {
protected:
    void break_off(raw_peer& peer) { GetParam().first == cut::rst ? reset(peer) : peer.close(); }

    void let_it_be_read() {
        if (GetParam().second == pace::at_once) return;
        for (int i = 0; i < 3; ++i)
            turn();
    }

    static bool is_an_early_end(const report& why) {
        return why.error == errc::unexpected_eof || why.error == std::errc::connection_reset ||
            why.error == std::errc::broken_pipe;
    }
};

/// Handshake, a message in one frame, one in three with a ping between them, and the close.
std::string whole_session() {
    frame_builder frames(role::client);
    return upgrade_request("/echo") + to_text(frames.text("one")) +
        to_text(frames.begin_text("t")) + to_text(frames.ping("p")) +
        to_text(frames.part("w")) + to_text(frames.last_part("o")) +
        to_text(frames.binary(std::string(130, 'x'))) + to_text(frames.close(1000));
}

TEST_P(broken_stream, of_a_client_at_every_byte) {
    constexpr std::size_t together = 16;
    expose_echo();
    const auto session = whole_session();
    for (std::size_t at = 0; at <= session.size();) {
        std::vector<raw_peer> peers;
        attacked_ = {};
        failures_.clear();
        for (; at <= session.size() && peers.size() < together; ++at) {
            peers.push_back(raw_peer::connected_to(port_));
            peers.back().send(std::string_view(session).substr(0, at));
        }
        let_it_be_read();
        for (auto& peer : peers)
            break_off(peer);
        const auto ends = [&] {
            return failures_.size() + static_cast<std::size_t>(attacked_.closed + attacked_.failed);
        };
        EXPECT_TRUE(run_until([&] { return ends() >= peers.size(); })) << at;
        EXPECT_TRUE(all_over()) << at;
        EXPECT_EQ(ends(), peers.size()) << at;
        EXPECT_EQ(attacked_.closed, attacked_.opened) << at;
        for (const auto& why : failures_) {
            EXPECT_TRUE(is_an_early_end(why)) << at << ": " << why;
            EXPECT_EQ(why.phase, phase::http) << why;
        }
        if (attacked_.ended()) {
            EXPECT_TRUE(attacked_.why.clean() || is_an_early_end(attacked_.why)) << attacked_.why;
        }
    }
    expect_memory_within(256 * 1024);
}

TEST_P(broken_stream, of_a_client_with_a_megabyte_still_to_read) {
    expose("/large", {}, {.open = [](connection& to) { to.send(std::string(1 << 20, 'x')); }});
    for (int i = 0; i < 20; ++i) {
        raw_peer peer = raw_peer::connected_to(port_, 4096);
        peer.send(upgrade_request("/large"));
        attacked_ = {};
        ASSERT_TRUE(run_until([&] { return attacked_.opened == 1; }));
        let_it_be_read();
        break_off(peer);
        EXPECT_TRUE(all_over());
        EXPECT_EQ(attacked_.closed, 1);
        EXPECT_TRUE(is_an_early_end(attacked_.why)) << attacked_.why;
        EXPECT_EQ(attacked_.why.phase, phase::websocket);
    }
    expect_memory_within(3 * 1024 * 1024);
}

TEST_P(broken_stream, of_a_client_during_the_servers_close) {
    expose("/bye", {}, {.open = [](connection& to) { to.close(close_code::going_away); }});
    raw_peer peer = raw_peer::connected_to(port_);
    peer.send(upgrade_request("/bye"));
    ASSERT_TRUE(run_until([&] { return close_code_in(peer.received()) == 1001; }));
    let_it_be_read();
    break_off(peer);
    EXPECT_TRUE(all_over());
    EXPECT_EQ(attacked_.closed, 1);
    EXPECT_TRUE(is_an_early_end(attacked_.why)) << attacked_.why;
    ASSERT_TRUE(attacked_.why.sent);
    EXPECT_EQ(attacked_.why.sent->code, close_code::going_away);
}

TEST_P(broken_stream, of_a_server_at_every_byte) {
    const raw_peer listener = raw_peer::listening();
    const auto target = "ws://127.0.0.1:" + std::to_string(listener.port()) + "/";
    frame_builder frames(role::server);
    const auto behind = to_text(frames.text("one")) + to_text(frames.begin_text("t")) +
        to_text(frames.last_part("wo")) + to_text(frames.close(1000));
    const auto head = canned_response(canned_request()).size();
    for (std::size_t at = 0; at <= head + behind.size(); ++at) {
        ending outbound;
        raw_peer peer;
        client_->connect(target, outbound.observe());
        ASSERT_TRUE(run_until([&] {
            return peer.accept_from(listener) && peer.received().ends_with("\r\n\r\n");
        }));
        peer.send((canned_response(peer.received()) + behind).substr(0, at));
        let_it_be_read();
        break_off(peer);
        ASSERT_TRUE(run_until([&] { return outbound.ended(); })) << at;
        EXPECT_EQ(outbound.closed + outbound.failed, 1);
        EXPECT_EQ(outbound.closed, outbound.opened);
        EXPECT_TRUE(outbound.why.clean() || is_an_early_end(outbound.why)) << at << outbound.why;
        EXPECT_EQ(outbound.why.phase, outbound.opened ? phase::websocket : phase::http);
        ASSERT_TRUE(run_until([&] { return client_->connection_count() == 1; })) << at;
    }
    expect_memory_within(128 * 1024);
}

std::string name_of(const ::testing::TestParamInfo<std::pair<cut, pace>>& each) {
    return std::string(each.param.first == cut::fin ? "fin" : "rst") +
        (each.param.second == pace::at_once ? "_at_once" : "_after_it_was_read");
}

INSTANTIATE_TEST_SUITE_P(, broken_stream,
                         ::testing::Values(std::pair{cut::fin, pace::after_it_was_read},
                                           std::pair{cut::fin, pace::at_once},
                                           std::pair{cut::rst, pace::after_it_was_read},
                                           std::pair{cut::rst, pace::at_once}),
                         name_of);

} // namespace
} // namespace weft::testing
