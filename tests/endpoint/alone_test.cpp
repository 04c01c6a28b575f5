// SPDX-License-Identifier: MIT
// A program's `run`: it lasts as long as there is something to do, and returns by itself.
#include <gtest/gtest.h>

#include <string>

#include <weft/weft.hpp>

namespace weft::testing {
namespace {

TEST(endpoint_alone, run_returns_when_the_last_listener_and_connection_have_ended) {
    event_loop loop;
    server echo{loop};
    echo.route("/", {.open = [&](connection&) { echo.stop_listening(); },
                     .message = [](connection& peer, message m) { peer.send(m); }});
    const auto bound = echo.listen("127.0.0.1", 0);
    ASSERT_TRUE(bound);
    client outbound_connector{loop};
    std::string received;
    outbound_connector.connect("ws://" + bound->str() + "/",
                               {.open = [](connection& peer) { peer.send("hello"); },
                                .message =
                                    [&](connection& peer, message m) {
                                        received = m.text();
                                        peer.close();
                                    }});
    EXPECT_GT(loop.run(), 0);
    EXPECT_EQ(received, "hello");
    EXPECT_TRUE(loop.stopped());
    EXPECT_EQ(loop.work_count(), 0);
}

TEST(endpoint_alone, run_returns_after_a_shutdown_with_clients_open) {
    event_loop loop;
    server one{loop};
    int done = 0;
    one.route("/", {.open = [&](connection&) {
        loop.shutdown(std::chrono::seconds(20), [&] { ++done; });
    }});
    const auto bound = one.listen("127.0.0.1", 0);
    ASSERT_TRUE(bound);
    client outbound_connector{loop};
    outbound_connector.connect("ws://" + bound->str() + "/", {});
    loop.run();
    EXPECT_EQ(done, 1);
    EXPECT_EQ(loop.work_count(), 0);
}

} // namespace
} // namespace weft::testing
