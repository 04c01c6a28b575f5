// SPDX-License-Identifier: MIT
// How raw connections end: half closed, closed, aborted, reset, idle, shut down and stopped.
#include <sys/socket.h>

#include "endpoint/raw_fixture.hpp"
#include "endpoint/raw_peer.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

class endpoint_raw_ending : public raw_endpoint {};

TEST_P(endpoint_raw_ending, half_closes) {
    const auto target = serve(served_.noted({.end = [](raw_connection& peer) {
        peer.send("all received");
        peer.close();
    }}));
    ASSERT_TRUE(connect(target));
    outbound_.open->send("last words");
    outbound_.open->finish();
    EXPECT_EQ(outbound_.open->send("more"), send_result::closed);
    EXPECT_TRUE(all_gone());
    EXPECT_EQ(served_.received, "last words");
    EXPECT_EQ(outbound_.received, "all received");
    EXPECT_TRUE(outbound_.why.clean()) << outbound_.why;
    EXPECT_EQ(outbound_.why.began, side::local);
    EXPECT_EQ(served_.why.began, side::peer);
}

TEST_P(endpoint_raw_ending, closes_without_a_reset_that_overtakes_the_last_words) {
    const auto target = serve(served_.noted({.data = [](raw_connection& peer, auto) {
        peer.send("no more of that");
        peer.close();
        EXPECT_FALSE(peer.is_open());
    }}));
    raw_peer peer = raw_peer::connected_to(port_);
    peer.send(std::string(100'000, 'x'));
    EXPECT_TRUE(run_until([&] { return served_.closed == 1; }));
    peer.send(std::string(100'000, 'y'));
    EXPECT_TRUE(run_until([&] { return peer.ended(); }));
    EXPECT_EQ(peer.received(), "no more of that");
    EXPECT_EQ(raw_server_->connection_count(), 1U) << "it waits for the peer's end";
    peer.close();
    EXPECT_TRUE(all_gone());
}

TEST_P(endpoint_raw_ending, waits_for_the_peers_end_until_the_close_timeout) {
    raw_options hurry;
    hurry.close_timeout = 20ms;
    serve(served_.noted({.open = [](raw_connection& peer) { peer.close(); }}), hurry);
    raw_peer peer = raw_peer::connected_to(port_);
    EXPECT_TRUE(run_until([&] { return served_.closed == 1; }));
    EXPECT_TRUE(served_.why.clean()) << served_.why;
    EXPECT_TRUE(all_gone());
}

TEST_P(endpoint_raw_ending, ends_when_output_is_stuck_at_the_close) {
    raw_options hurry;
    hurry.write_stall = 20ms;
    hurry.queue_size_max = 64 * 1024 * 1024;
    serve(served_.noted({.open =
                             [](raw_connection& peer) {
                                 peer.send(std::string(32 * 1024 * 1024, 'x'));
                                 peer.close();
                             }}),
          hurry);
    raw_peer peer = raw_peer::connected_to(port_, 4096);
    EXPECT_TRUE(run_until([&] { return served_.closed == 1; }));
    EXPECT_EQ(served_.why.error, errc::write_stalled);
    EXPECT_TRUE(all_gone());
}

TEST_P(endpoint_raw_ending, is_aborted) {
    ASSERT_TRUE(connect(serve_raw_echo()));
    outbound_.open->abort();
    EXPECT_EQ(outbound_.closed, 0) << "reported from inside the call";
    EXPECT_TRUE(all_gone());
    EXPECT_EQ(outbound_.why.error, errc::aborted);
}

TEST_P(endpoint_raw_ending, is_reset) {
    ASSERT_TRUE(connect(serve_raw_echo()));
    outbound_.open->reset();
    EXPECT_EQ(outbound_.closed, 0) << "reported from inside the call";
    EXPECT_TRUE(all_gone());
    EXPECT_EQ(outbound_.why.error, errc::aborted);
    EXPECT_EQ(served_.why.error, std::errc::connection_reset) << served_.why;
}

TEST_P(endpoint_raw_ending, tells_a_reset) {
    serve_raw_echo();
    raw_peer peer = raw_peer::connected_to(port_);
    ASSERT_TRUE(run_until([&] { return served_.open != nullptr; }));
    const linger at_once{1, 0};
    ::setsockopt(peer.descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    peer.close();
    EXPECT_TRUE(run_until([&] { return served_.ended(); }));
    EXPECT_EQ(served_.why.error, std::errc::connection_reset);
    EXPECT_EQ(served_.why.began, side::system);
    EXPECT_TRUE(all_gone());
}

TEST_P(endpoint_raw_ending, ends_who_says_nothing_for_too_long) {
    raw_options quiet;
    quiet.idle_timeout = 20ms;
    const auto target = serve(served_.noted(), quiet);
    ASSERT_TRUE(connect(target));
    EXPECT_TRUE(run_until([&] { return served_.ended(); }));
    EXPECT_EQ(served_.why.error, errc::idle_timeout);
    EXPECT_TRUE(all_gone());
}

TEST_P(endpoint_raw_ending, does_not_count_a_pause_as_silence) {
    raw_options quiet;
    quiet.idle_timeout = 20ms;
    const auto target =
        serve(served_.noted({.open = [](raw_connection& peer) { peer.pause(); }}), quiet);
    ASSERT_TRUE(connect(target));
    bool waited = false;
    timer later(loop(), [&] { waited = true; });
    later.arm_after(40ms);
    EXPECT_TRUE(run_until([&] { return waited; }));
    EXPECT_FALSE(served_.ended());
    served_.open->resume();
    EXPECT_TRUE(run_until([&] { return served_.ended(); }));
    EXPECT_EQ(served_.why.error, errc::idle_timeout);
}

TEST_P(endpoint_raw_ending, shuts_down) {
    int done = 0;
    ASSERT_TRUE(connect(serve_raw_echo()));
    outbound_.open->send("before the end");
    raw_server_->shutdown(20s, [&] { ++done; });
    EXPECT_EQ(done, 0);
    EXPECT_FALSE(raw_server_->is_listening());
    EXPECT_TRUE(run_until([&] { return done == 1; }));
    EXPECT_EQ(raw_server_->connection_count(), 0U);
    EXPECT_TRUE(all_gone());
    EXPECT_EQ(loop().work_count(), 0U);
}

TEST_P(endpoint_raw_ending, is_shut_down_with_its_loop) {
    int done = 0;
    ASSERT_TRUE(connect(serve_raw_echo()));
    loop().shutdown(20s, [&] { ++done; });
    EXPECT_TRUE(run_until([&] { return done == 1; }));
    EXPECT_EQ(served_.closed + outbound_.closed, 2);
}

TEST_P(endpoint_raw_ending, stops) {
    ASSERT_TRUE(connect(serve_raw_echo()));
    raw_server_->stop();
    connector_->stop();
    EXPECT_TRUE(all_gone());
    EXPECT_EQ(served_.why.error, errc::aborted);
    EXPECT_EQ(outbound_.why.error, errc::aborted);
}

WEFT_IN_EVERY_WAY(endpoint_raw_ending);

} // namespace
} // namespace weft::testing
