// SPDX-License-Identifier: MIT
// A handler that runs its host's loop for a while: the others are served meanwhile, it itself is
// not, and a loop that has nothing to do takes no CPU time although its own bytes wait. Measures
// real time.
#include <poll.h>

#include <ctime>

#include "endpoint/endpoint_fixture.hpp"
#include "host_loops/foreign_loop.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto whole = 1s;

std::chrono::nanoseconds cpu_time_used() {
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

class endpoint_nested : public endpoint {
protected:
    connection_handle connect(const std::string& path, int& opened, int& received) {
        return client_->connect(url(path), {.open = [&](connection&) { ++opened; },
                                            .message = [&](connection&, message) { ++received; }});
    }

    /// Nothing happens until `end`; what that costs.
    std::chrono::nanoseconds idle_until(std::chrono::steady_clock::time_point end) {
        const auto before = cpu_time_used();
        run_until([&] {
            // Ways that step do not wait: such an application draws frames.
            if (GetParam()->name.starts_with("poll")) ::poll(nullptr, 0, 5);
            return std::chrono::steady_clock::now() >= end;
        });
        return cpu_time_used() - before;
    }
};

TEST_P(endpoint_nested, a_second_inside_a_handler) {
    if (!way_->nests()) GTEST_SKIP() << "this host is not run inside its callbacks";
    serve_echo();
    int opened = 0, others_received = 0, outer_received = 0, calls = 0;
    std::vector<connection_handle> others;
    bool over = false;
    server_->route("/outer", {.message = [&](connection& peer, message m) {
        if (++calls > 1) return static_cast<void>(peer.send(m));
        const auto start = std::chrono::steady_clock::now();
        peer.send("written before it is nested");
        for (int round = 1; round <= 20; ++round) {
            for (auto& one : others) one.send("echo");
            EXPECT_TRUE(run_until([&] { return others_received == round * 3; }));
        }
        EXPECT_EQ(calls, 1) << "its own message waits";
        EXPECT_EQ(outer_received, 1) << "what it wrote has left";
        const auto end = start + whole;
        const auto idle = end - std::chrono::steady_clock::now();
        // Steps of two milliseconds cost a slow machine a tenth; one that spins takes half or more.
        EXPECT_LT(idle_until(end), idle / 4) << "of " << idle.count() << " ns";
        over = true;
    }});
    for (int i = 0; i < 3; ++i) others.push_back(connect("/echo", opened, others_received));
    auto outer = connect("/outer", opened, outer_received);
    ASSERT_TRUE(run_until([&] { return opened == 4; }));
    outer.send("one");
    outer.send("two");
    ASSERT_TRUE(run_until([&] { return over; }));
    EXPECT_TRUE(run_until([&] { return calls == 2 && outer_received == 2; }));
}

/// One way of each kind: a host in which it is a guest, the loop alone, and stepped.
std::vector<const way_registration*> some_ways() {
    std::vector<const way_registration*> some;
    for (const auto* one : way_registration::all()) {
        for (const auto* name :
             {"select", "run_one", "run_one_by_poll", "poll_one_by_poll"}) {
            if (one->name == name) some.push_back(one);
        }
        if (foreign_loop_registration::is_one(one->name)) some.push_back(one);
    }
    return some;
}

INSTANTIATE_TEST_SUITE_P(, endpoint_nested, ::testing::ValuesIn(some_ways()),
                         [](const auto& instance) { return instance.param->name; });

} // namespace
} // namespace weft::testing
