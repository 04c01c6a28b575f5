// SPDX-License-Identifier: MIT
// Every allocation fails once while deadlines, shutdowns and drains end connections: each still
// ends, and is reported once.
#include "counted_ends.hpp"
#include "support/canned_handshake.hpp"

namespace weft::testing {
namespace {

TEST(connection_allocation, deadlines_of_every_kind) {
    connection_options options;
    options.timeouts.idle = 40s;
    options.timeouts.ping_interval = 10s;
    options.timeouts.pong = 5s;
    fail_each_allocation([&](scarce_memory& memory) {
        ends here;
        here.open(options); // pinged, and then too long without a byte
        memory.during([&] { here.pass(11s); });
        here.expect_order();
    });
    fail_each_allocation([&](scarce_memory& memory) {
        ends here;
        mute_peer silent = mute_client_of(here);
        mute_peer deaf = mute_server_of(here);
        memory.during([&] {
            here.pass(1s); // the request leaves
            here.pass(11s);
        }); // the handshakes' deadlines
        EXPECT_EQ(here.at_server.fails + here.at_client.fails, 2);
        here.expect_order();
    });
    fail_each_allocation([&](scarce_memory& memory) {
        ends here;
        mute_peer peer = mute_client_of(here);
        peer.say(canned_request());
        here.driver.settle();
        memory.during([&] { here.pass(31s); }); // a ping, and no pong
        memory.during([&] { here.pass(21s); });
        memory.during([&] { here.pass(11s); }); // and no close
        EXPECT_EQ(here.at_server.closes, 1);
        here.expect_order();
    });
}

TEST(connection_allocation, shutdown_of_a_service) {
    fail_each_allocation([](scarce_memory& memory) {
        ends here;
        here.open();
        mute_peer silent = mute_client_of(here);
        here.client->route("/none", {});
        int done = 0;
        const bool begun = memory.during(
            [&] { here.client->shutdown(5s, [&done] { ++done; }); });
        memory.during([&] { here.pass(6s); });
        EXPECT_EQ(done, begun ? 1 : 0);
        EXPECT_EQ(here.at_client.closes, begun ? 1 : 0);
        if (begun) return; // with the client the neighbour has ended as well
        here.expect_order();
    });
}

TEST(connection_allocation, shutdown_of_all_on_a_driver) {
    fail_each_allocation([](scarce_memory& memory) {
        ends here;
        here.open();
        int done = 0;
        const bool begun = memory.during(
            [&] { here.driver.shut_down(here.driver.now() + 5s, [&done] { ++done; }); });
        memory.during([&] { here.driver.settle(); });
        memory.during([&] { here.pass(6s); });
        EXPECT_EQ(done, begun ? 1 : 0);
        EXPECT_EQ(here.at_client.closes + here.at_server.closes, begun ? 2 : 0);
        if (!begun) here.expect_order();
    });
}

TEST(connection_allocation, a_drain) {
    fail_each_allocation([](scarce_memory& memory) {
        ends here;
        here.open();
        int done = 0;
        const bool begun = memory.during([&] {
            here.server->drain({.window = 10s, .finish = 5s}, [&done] { ++done; });
        });
        memory.during([&] { here.pass(5s); });
        memory.during([&] { here.pass(5s); });
        memory.during([&] { here.pass(6s); });
        EXPECT_EQ(done, begun ? 1 : 0);
        EXPECT_EQ(here.at_server.closes + here.beside.closes, begun ? 2 : 0);
        EXPECT_EQ(here.server->connection_count(), begun ? 0U : 2U);
        if (begun) return; // the neighbour has ended as well
        here.expect_order();
    });
}

TEST(connection_allocation, a_drain_that_is_cut_short) {
    fail_each_allocation([](scarce_memory& memory) {
        ends here;
        here.open();
        int done = 0;
        int after = 0;
        here.server->drain({.window = 10s, .finish = 5s}, [&done] { ++done; });
        const bool cut =
            memory.during([&] { here.server->shutdown(5s, [&after] { ++after; }); });
        memory.during([&] { here.pass(11s); });
        memory.during([&] { here.pass(6s); });
        EXPECT_EQ(done, 1);
        EXPECT_EQ(after, cut ? 1 : 0);
        EXPECT_EQ(here.server->connection_count(), 0U);
    });
}

} // namespace
} // namespace weft::testing
