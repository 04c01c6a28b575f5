// SPDX-License-Identifier: MIT
// Walks over the connections of servers, clients and raw ones, from inside walks; and interrupts,
// from whose handlers endpoints and loops are shut down.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <vector>

#include "endpoint/raw_fixture.hpp"

namespace weft::testing {
namespace {

using std::chrono::seconds;

class endpoint_walks : public raw_endpoint {
protected:
    /// Of four connections every walk sees all, one that begins inside another too; then each ends
    /// one that the walk around has not reached, and that sees the others.
    template <class Connection, class Endpoint>
    void walk_in_walks(Endpoint& at) {
        int outer = 0;
        at.for_each([&](Connection&) {
            ++outer;
            int inner = 0;
            at.for_each([&](Connection&) {
                ++inner;
                int innermost = 0;
                at.for_each([&](Connection&) { ++innermost; });
                EXPECT_EQ(innermost, 4);
            });
            EXPECT_EQ(inner, 4);
        });
        EXPECT_EQ(outer, 4);
        std::vector<Connection*> seen;
        at.for_each([&](Connection& one) {
            seen.push_back(&one);
            at.for_each([&](Connection& other) { other.abort(); });
        });
        EXPECT_EQ(seen.size(), 4U);
    }
};

TEST_P(endpoint_walks, nest_over_a_server_and_a_client) {
    serve_echo();
    ending outbound;
    for (int i = 0; i < 4; ++i) client_->connect(url(), outbound.observe());
    ASSERT_TRUE(run_until([&] { return outbound.opened == 4 && endpoint::served_.opened == 4; }));
    walk_in_walks<connection>(*server_);
    walk_in_walks<connection>(*client_);
    EXPECT_TRUE(run_until([&] {
        return client_->connection_count() == 0 && server_->connection_count() == 0;
    }));
}

TEST_P(endpoint_walks, nest_over_raw_ones) {
    const auto target = serve(served_.noted());
    for (int i = 0; i < 4; ++i) connector_->connect(target, outbound_.noted());
    ASSERT_TRUE(run_until([&] { return outbound_.opened == 4 && served_.opened == 4; }));
    walk_in_walks<raw_connection>(*raw_server_);
    walk_in_walks<raw_connection>(*connector_);
    EXPECT_TRUE(run_until([&] {
        return connector_->connection_count() == 0 && raw_server_->connection_count() == 0;
    }));
}

TEST_P(endpoint_walks, see_who_is_there_while_a_walk_begins_and_ends_others) {
    connect_options nowhere;
    nowhere.via = "unix:/nowhere/at/all";
    ending outbound;
    const auto begin = [&] { client_->connect("ws://x/", outbound.observe(), nowhere); };
    for (int i = 0; i < 3; ++i) begin();
    int visited = 0;
    client_->for_each([&](connection& one) {
        ++visited;
        begin();
        one.abort();
    });
    EXPECT_EQ(visited, 3);
    EXPECT_EQ(client_->connection_count(), 6U);
    EXPECT_TRUE(run_until([&] { return outbound.failed == 6; }));
}

TEST_P(endpoint_walks, a_shutdown_from_an_interrupt_hides_it_from_nobody) {
    std::vector<std::unique_ptr<client>> clients;
    int interrupts = 0;
    int done = 0;
    for (int i = 0; i < 3; ++i) {
        clients.push_back(std::make_unique<client>(loop()));
        clients.back()->on_interrupt([&] {
            ++interrupts;
            loop().shutdown(seconds(20), [&] { ++done; });
        });
    }
    raw_client last(loop());
    last.on_interrupt([&] { ++interrupts; });
    loop().wake();
    EXPECT_TRUE(run_until([&] { return interrupts == 4 && done == 3; }))
        << interrupts << ' ' << done;
}

WEFT_IN_EVERY_WAY(endpoint_walks);

} // namespace
} // namespace weft::testing
