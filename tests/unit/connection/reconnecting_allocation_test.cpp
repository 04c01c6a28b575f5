// SPDX-License-Identifier: MIT
// Every allocation of a connection that is opened again fails once: it comes back when there is
// memory, or is given up and says so.
#include "counted_ends.hpp"

namespace weft::testing {
namespace {

/// Keeps a connection to the server; the pipe between them may find no memory.
reconnecting_connection keep_connected(ends& here, std::string_view target,
                                       reconnect_options options) {
    return here.client->keep_connected(
        target, here.all(here.at_client, false), std::move(options), [&here](connection& outbound) {
            pending_connection& pending = stream_endpoint::pending(outbound);
            try {
                auto [a, b] = memory_pipe(here.driver, here.driver);
                here.server->serve(std::move(a));
                ++here.at_server.begun;
                pending.attach(std::move(b));
            } catch (const std::bad_alloc&) {
                pending.fail(phase::connect, std::make_error_code(std::errc::not_enough_memory));
            }
        });
}

TEST(connection_allocation, a_kept_connection_comes_back_when_there_is_memory_again) {
    fail_each_allocation([](scarce_memory& memory) {
        ends here;
        here.driver.on_error([](const std::exception_ptr&) {});
        reconnecting_connection kept;
        const bool begun = memory.during([&] {
            reconnect_options options;
            options.queue_size_max = 1000;
            options.prepare = [](reconnect_attempt next) {
                next.header("Authorization", long_text);
                next.start();
            };
            kept = keep_connected(here, "ws://example.org/a/path/that/is/long", std::move(options));
        });
        here.server->route("/a/path/that/is/long", here.all(here.at_server, true));
        bool sent = false;
        if (begun) {
            sent = memory.during([&] { kept.send(long_text); });
            memory.during([&] { here.driver.settle(); });
            memory.during([&] { here.pass(1s); });
            if (here.at_server.last) here.at_server.last->close(close_code::going_away);
            memory.during([&] { here.driver.settle(); });
            memory.during([&] { here.pass(10s); });
            ASSERT_FALSE(kept.ended());
            for (int i = 0; i < 10 && !kept.is_open(); ++i) here.pass(60s);
            EXPECT_TRUE(kept.is_open());
            EXPECT_EQ(kept.queued_bytes(), 0U);
            EXPECT_TRUE(!sent || memory.ran_out() || here.at_client.messages == 1);
        }
        memory.during([&] { kept.close(); });
        memory.during([&] { here.driver.settle(); });
        EXPECT_TRUE(kept.ended());
        here.at_client.begun = here.at_client.opens + here.at_client.fails;
        here.expect_order();
    });
}

TEST(connection_allocation, a_kept_connection_is_destroyed_while_it_connects) {
    for (const bool closes : {false, true}) {
        fail_each_allocation([&](scarce_memory& memory) {
            ends here;
            here.server->route("/", {.validate = [](connection& c) { c.defer(); }});
            auto kept = keep_connected(here, "ws://example.org/", {});
            here.driver.settle();
            ASSERT_EQ(here.client->connection_count(), 2U);
            memory.during([&] {
                if (closes) kept.close();
                kept = {};
            });
            memory.during([&] { here.driver.settle(); });
            EXPECT_EQ(here.client->connection_count(), 1U);
            EXPECT_EQ(here.at_client.fails, 0);
            here.at_server.fails = here.at_server.begun; // the client has left
            here.expect_order();
        });
    }
}

TEST(connection_allocation, a_kept_connection_to_a_malformed_uri_is_given_up) {
    fail_each_allocation([](scarce_memory& memory) {
        ends here;
        int given_up = 0;
        reconnecting_connection kept;
        const bool begun = memory.during([&] {
            reconnect_options options;
            options.given_up = [&given_up](const report&) { ++given_up; };
            kept = keep_connected(here, "http://user:secret@example.org/?token=secret",
                                  std::move(options));
        });
        memory.during([&] { here.driver.settle(); });
        for (int i = 0; i < 10 && begun && given_up == 0; ++i) here.pass(60s);
        EXPECT_EQ(given_up, begun ? 1 : 0);
        EXPECT_TRUE(kept.ended());
        here.at_client.begun = here.at_client.fails;
        here.expect_order();
    });
}

} // namespace
} // namespace weft::testing
