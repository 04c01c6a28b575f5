// SPDX-License-Identifier: MIT
// Limits on who comes in, and a process that has no descriptor left, over real sockets.
#include <sys/resource.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "endpoint/endpoint_fixture.hpp"
#include "endpoint/raw_peer.hpp"

#include "support/canned_handshake.hpp"

namespace weft::testing {
namespace {

class endpoint_admission : public endpoint {
protected:
    void SetUp() override {
        endpoint::SetUp();
        server_->route("/chat", served_.observe());
        server_->on_refused([this](const address& peer, std::error_code why) {
            EXPECT_EQ(peer.host(), "127.0.0.1");
            refused_.push_back(why);
        });
        listen();
    }

    /// A client with a request on its way.
    raw_peer asking() {
        raw_peer peer = raw_peer::connected_to(port_);
        peer.send(canned_request());
        return peer;
    }

    void expect_let_in(raw_peer& peer) {
        EXPECT_TRUE(run_until([&] { return peer.received().starts_with("HTTP/1.1 101 "); }));
    }

    void expect_refused(raw_peer& peer, errc why) {
        const auto before = refused_.size();
        EXPECT_TRUE(run_until([&] { return peer.ended(); }));
        EXPECT_TRUE(peer.received().starts_with("HTTP/1.1 503 ")) << peer.received();
        EXPECT_NE(peer.received().find("\r\nRetry-After: 5\r\n"), std::string::npos);
        ASSERT_EQ(refused_.size(), before + 1);
        EXPECT_EQ(refused_.back(), why);
        EXPECT_EQ(server_->refused_count(), refused_.size());
    }

    void leave(raw_peer& peer) {
        const auto before = server_->connection_count();
        peer.close();
        EXPECT_TRUE(run_until([&] { return server_->connection_count() < before; }));
    }

    std::vector<std::error_code> refused_;
};

TEST_P(endpoint_admission, limits_connections_in_all) {
    server_->limits({.connections_max = 2});
    auto first = asking();
    auto second = asking();
    expect_let_in(first);
    expect_let_in(second);
    auto third = asking();
    expect_refused(third, errc::too_many_connections);
    leave(first);
    auto fourth = asking();
    expect_let_in(fourth);
}

TEST_P(endpoint_admission, limits_connections_of_one_address) {
    server_->limits({.connections_per_address_max = 1});
    auto first = asking();
    expect_let_in(first);
    auto second = asking();
    expect_refused(second, errc::too_many_from_address);
    raw_peer other = raw_peer::connected_to(port_, 0, "127.0.0.2");
    other.send(canned_request());
    expect_let_in(other);
    leave(first);
    auto third = asking();
    expect_let_in(third);
}

TEST_P(endpoint_admission, limits_those_in_their_handshake_and_the_oldest_makes_room) {
    std::vector<report> ends;
    server_->on_fail([&](const report& why) { ends.push_back(why); });
    server_->limits({.handshakes_max = 1});
    raw_peer silent = raw_peer::connected_to(port_);
    EXPECT_TRUE(run_until([&] { return server_->handshake_count() == 1; }));
    auto second = asking();
    expect_let_in(second);
    EXPECT_TRUE(run_until([&] { return silent.ended() && ends.size() == 1; }));
    EXPECT_EQ(ends.front().error, errc::too_many_handshakes);
    EXPECT_EQ(server_->handshake_count(), 0U);
    EXPECT_EQ(server_->refused_count(), 0U);
    auto third = asking();
    expect_let_in(third);
}

TEST_P(endpoint_admission, refuses_newcomers_while_the_application_decides_about_the_others) {
    std::optional<connection_handle> waiting;
    server_->route("/later", {.validate = [&](connection& one) {
        waiting = one.handle();
        one.defer();
    }});
    server_->limits({.handshakes_max = 1});
    raw_peer first = raw_peer::connected_to(port_);
    auto request = canned_request();
    request.replace(request.find("/chat"), 5, "/later");
    first.send(request);
    EXPECT_TRUE(run_until([&] { return waiting.has_value(); }));
    auto second = asking();
    expect_refused(second, errc::too_many_handshakes);
    waiting->with([](connection& one) { static_cast<void>(one.accept()); });
    expect_let_in(first);
    auto third = asking();
    expect_let_in(third);
}

TEST_P(endpoint_admission, may_end_the_server_when_it_refuses) {
    server_->limits({.connections_max = 0});
    server_->on_refused([this](const address&, std::error_code) { server_.reset(); });
    auto first = asking();
    auto second = asking();
    EXPECT_TRUE(run_until([&] { return first.ended() && second.ended(); }));
    EXPECT_FALSE(server_);
}

TEST_P(endpoint_admission, may_end_the_server_when_the_log_of_a_refusal_throws) {
    server_->limits({.connections_max = 0});
    loop().on_error([this](std::exception_ptr) { server_.reset(); });
    loop().on_log(log_level::warning, [](const log_record& what) {
        if (what.event == "refused") throw std::runtime_error("no");
    });
    auto first = asking();
    EXPECT_TRUE(run_until([&] { return first.ended() && !server_; }));
    EXPECT_TRUE(refused_.empty());
}

TEST_P(endpoint_admission, limits_adopted_clients_and_leaves_them_to_their_owner) {
    server_->limits({.connections_max = 0});
    const raw_peer listening = raw_peer::listening();
    raw_peer peer = raw_peer::connected_to(listening.port());
    raw_peer ours;
    ASSERT_TRUE(run_until([&] { return ours.accept_from(listening); }));
    EXPECT_EQ(server_->adopt(ours.descriptor()).error(), errc::too_many_connections);
    const auto request = http_request::make("GET", "/chat", {{"Host", "x"}});
    EXPECT_EQ(server_->accept(ours.descriptor(), *request).error(), errc::too_many_connections);
    EXPECT_EQ(server_->refused_count(), 0U) << "nobody was sent away";
    EXPECT_FALSE(peer.ended());
}

TEST_P(endpoint_admission, says_once_that_no_descriptor_is_left_and_goes_on_when_one_is_closed) {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "sanitizers open files of their own";
#endif
    std::vector<std::error_code> complaints;
    server_->on_accept_error([&](std::error_code why) { complaints.push_back(why); });
    auto inside = asking();
    expect_let_in(inside);
    std::vector<raw_peer> waiting;
    for (int i = 0; i < 3; ++i) waiting.push_back(asking());
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const raw_peer next = raw_peer::listening(); // the lowest number that is free
    const rlimit none{static_cast<rlim_t>(next.descriptor()) + 1, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    EXPECT_TRUE(run_until([&] { return !complaints.empty(); }));
    inside.close();
    const auto let_in = [&] {
        return std::ranges::count_if(waiting, [](raw_peer& one) {
            return one.received().starts_with("HTTP/1.1 101 ");
        });
    };
    EXPECT_TRUE(run_until([&] { return let_in() != 0; }));
    EXPECT_LT(let_in(), 3);
    ASSERT_EQ(complaints.size(), 1U) << "the others wait still";
    EXPECT_EQ(complaints.front(), std::errc::too_many_files_open);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_TRUE(run_until([&] { return let_in() == 3; }));
    EXPECT_EQ(complaints.size(), 1U);
}

WEFT_IN_EVERY_WAY(endpoint_admission);

} // namespace
} // namespace weft::testing
