// SPDX-License-Identifier: MIT
// Tests the limits on the clients of a raw server, and that silent connections are ended to make
// room for new clients.
#include <string>
#include <vector>

#include "endpoint/raw_fixture.hpp"
#include "endpoint/raw_peer.hpp"

namespace weft::testing {
namespace {

class endpoint_raw_admission : public raw_endpoint {
protected:
    static constexpr std::size_t most = 8;

    void TearDown() override {
        idle_.clear();
        talking_.clear();
        raw_endpoint::TearDown();
    }

    /// Starts an echo server with these limits. `ends_` collects the reports of its connections.
    void serve_within(const raw_server_limits& limits) {
        serve({.data = [](raw_connection& peer, std::span<std::byte> bytes) { peer.send(bytes); },
               .close = [this](raw_connection&, const report& why) { ends_.push_back(why); }});
        raw_server_->limits(limits);
        raw_server_->on_refused(
            [this](const address&, std::error_code why) { refused_.push_back(why); });
    }

    /// Opens silent connections from `from`; returns when all were accepted or refused.
    void idle_from(const char* from, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            const auto before = accepted_ + refused_.size();
            idle_.push_back(raw_peer::connected_to(port_, 0, from));
            EXPECT_TRUE(run_until([&] {
                accepted_ = raw_server_->connection_count() + ends_.size();
                return accepted_ + refused_.size() > before;
            }));
        }
    }

    /// Returns whether a client from `from` gets its echo.
    bool served(const char* from) {
        raw_peer honest = raw_peer::connected_to(port_, 0, from);
        honest.send("hello");
        EXPECT_TRUE(run_until([&] { return honest.received() == "hello" || honest.ended(); }));
        const bool echoed = honest.received() == "hello";
        talking_.push_back(std::move(honest));
        return echoed;
    }

    void expect_ends(std::size_t count) {
        EXPECT_TRUE(run_until([&] { return ends_.size() == count; })) << ends_.size();
        for (const auto& why : ends_) EXPECT_EQ(why.error, errc::too_many_handshakes) << why;
    }

    std::vector<raw_peer> idle_;
    std::vector<raw_peer> talking_;
    std::vector<report> ends_;
    std::vector<std::error_code> refused_;
    std::size_t accepted_ = 0;
};

TEST_P(endpoint_raw_admission, of_silent_ones_of_one_address_keeps_nobody_else_out) {
    serve_within({.connections_max = most});
    idle_from("127.0.0.9", most);
    EXPECT_TRUE(served("127.0.0.1"));
    EXPECT_TRUE(served("127.0.0.2"));
    EXPECT_TRUE(run_until([&] { return idle_[0].ended() && idle_[1].ended(); })) << "the oldest";
    expect_ends(2);
    EXPECT_TRUE(refused_.empty());
}

TEST_P(endpoint_raw_admission, leaves_silent_ones_alone_whose_address_has_no_more_than_others) {
    serve_within({.connections_max = 2});
    idle_from("127.0.0.9", 1);
    idle_from("127.0.0.8", 1);
    EXPECT_FALSE(served("127.0.0.1"));
    ASSERT_EQ(refused_.size(), 1U);
    EXPECT_EQ(refused_.front(), errc::too_many_connections);
    EXPECT_TRUE(ends_.empty());
}

TEST_P(endpoint_raw_admission, never_ends_one_that_has_sent_something) {
    serve_within({.connections_max = 2});
    EXPECT_TRUE(served("127.0.0.9"));
    EXPECT_TRUE(served("127.0.0.9"));
    EXPECT_FALSE(served("127.0.0.1"));
    ASSERT_EQ(refused_.size(), 1U);
    EXPECT_EQ(refused_.front(), errc::too_many_connections);
}

TEST_P(endpoint_raw_admission, of_silent_ones_is_limited_in_all) {
    serve_within({.silent_max = 2});
    idle_from("127.0.0.9", 1);
    idle_from("127.0.0.8", 3);
    expect_ends(2);
    EXPECT_TRUE(served("127.0.0.1"));
    EXPECT_TRUE(served("127.0.0.1"));
}

TEST_P(endpoint_raw_admission, of_silent_ones_is_limited_for_each_address) {
    serve_within({.silent_per_address_max = most});
    idle_from("127.0.0.9", most + 2);
    expect_ends(2);
    EXPECT_EQ(raw_server_->connection_count(), most);
    EXPECT_TRUE(served("127.0.0.1"));
    EXPECT_TRUE(served("127.0.0.9"));
    expect_ends(3);
}

TEST_P(endpoint_raw_admission, limits_connections_of_one_address) {
    serve_within({.connections_per_address_max = 1});
    EXPECT_TRUE(served("127.0.0.9"));
    EXPECT_FALSE(served("127.0.0.9"));
    EXPECT_TRUE(served("127.0.0.1"));
    ASSERT_EQ(refused_.size(), 1U);
    EXPECT_EQ(refused_.front(), errc::too_many_from_address);
    talking_.front().close();
    EXPECT_TRUE(run_until([&] { return ends_.size() == 1; }));
    EXPECT_TRUE(served("127.0.0.9"));
}

TEST_P(endpoint_raw_admission, limits_adopted_sockets_and_leaves_them_to_their_owner) {
    serve_within({.connections_max = 0});
    const raw_peer listening = raw_peer::listening();
    raw_peer peer = raw_peer::connected_to(listening.port());
    raw_peer ours;
    ASSERT_TRUE(run_until([&] { return ours.accept_from(listening); }));
    EXPECT_EQ(raw_server_->adopt(ours.descriptor()).error(), errc::too_many_connections);
    EXPECT_TRUE(refused_.empty()) << "nobody was sent away";
    EXPECT_FALSE(peer.ended());
}

WEFT_IN_EVERY_WAY(endpoint_raw_admission);

} // namespace
} // namespace weft::testing
