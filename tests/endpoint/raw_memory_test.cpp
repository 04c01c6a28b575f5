// SPDX-License-Identifier: MIT
// The memory that peers make raw connections hold counts in the budgets of their server and of the
// loop.
#include "endpoint/raw_fixture.hpp"
#include "endpoint/raw_peer.hpp"

namespace weft::testing {
namespace {

constexpr std::size_t megabyte = 1024 * 1024;

class endpoint_raw_memory : public raw_endpoint {
protected:
    static constexpr std::size_t budget = 4 * megabyte;
    static constexpr std::size_t peers = 4;

    void TearDown() override {
        deaf_.clear();
        raw_endpoint::TearDown();
    }

    /// Starts a server that sends `much` bytes to each client. `ends_` collects the reports of its
    /// connections.
    void serve_much(std::size_t much) {
        raw_options options;
        options.queue_size_max = much;
        serve({.open = [much](raw_connection& peer) { peer.send(std::string(much, 'x')); },
               .close = [this](raw_connection&, const report& why) { ends_.push_back(why); }},
              options);
    }

    void come(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            deaf_.push_back(raw_peer::connected_to(port_, 4096));
        }
    }

    std::vector<raw_peer> deaf_;
    std::vector<report> ends_;
};

TEST_P(endpoint_raw_memory, of_a_server_is_kept_by_ending_those_who_do_not_read) {
    serve_much(8 * megabyte);
    raw_server_->limits({.memory_max = budget});
    come(peers);
    EXPECT_TRUE(run_until([&] { return ends_.size() == peers; }));
    for (const auto& why : ends_) EXPECT_EQ(why.error, errc::over_memory_budget) << why;
    EXPECT_EQ(raw_server_->memory_used(), 0U);
}

TEST_P(endpoint_raw_memory, is_looked_at_again_when_it_is_set) {
    serve_much(8 * megabyte);
    raw_server_->limits({.memory_max = budget});
    come(1);
    EXPECT_TRUE(run_until([&] { return ends_.size() == 1; }));
    raw_server_->limits({.memory_max = unlimited});
    come(1); // holds some megabytes, which the budget allows from now on
    EXPECT_TRUE(run_until([&] { return raw_server_->memory_used() > megabyte; }));
    raw_server_->limits({.memory_max = megabyte / 2});
    EXPECT_TRUE(run_until([&] { return ends_.size() == 2; }));
    EXPECT_EQ(ends_.back().error, errc::over_memory_budget) << ends_.back();
    EXPECT_EQ(ends_.back().error, condition::limit);
    EXPECT_EQ(raw_server_->memory_used(), 0U);
}

TEST_P(endpoint_raw_memory, counts_in_the_loop_beside_that_of_websockets) {
    serve_much(8 * megabyte);
    server_->route("/", endpoint::served_.observe({.open = [](connection& peer) {
        peer.send(std::string(2 * 1024, 'x'));
    }}));
    come(2);
    EXPECT_TRUE(run_until([&] { return raw_server_->memory_used() > 2 * megabyte; }));
    const std::size_t used = loop().driver().memory().used();
    EXPECT_GE(used, raw_server_->memory_used());
    loop().driver().memory().limit(megabyte);
    const auto bound = server_->listen("127.0.0.1", 0);
    ASSERT_TRUE(bound) << bound.error().message();
    // A connection that holds little causes a check of the budget; those that hold much are ended.
    client_->connect("ws://127.0.0.1:" + std::to_string(bound->port()) + "/", {});
    EXPECT_TRUE(run_until([&] { return ends_.size() == 2 && endpoint::served_.opened == 1; }));
    for (const auto& why : ends_) EXPECT_EQ(why.error, errc::over_memory_budget) << why;
    EXPECT_FALSE(endpoint::served_.ended()) << endpoint::served_.why;
    loop().driver().memory().limit(unlimited);
}

TEST_P(endpoint_raw_memory, of_nothing_lets_those_in_who_hold_nothing) {
    serve_much(1);
    raw_server_->limits({.memory_max = 1024});
    std::error_code why;
    raw_server_->on_refused([&](const address&, std::error_code reason) { why = reason; });
    come(1);
    EXPECT_TRUE(run_until([&] { return deaf_.back().received() == "x"; }));
    EXPECT_FALSE(why) << why.message();
}

WEFT_IN_EVERY_WAY(endpoint_raw_memory);

} // namespace
} // namespace weft::testing
