// SPDX-License-Identifier: MIT
// Who may come in: the order of the limits, what counts as one address, and that counts go back.
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <weft/connection/stream_endpoint.hpp>
#include <weft/core/error.hpp>
#include <weft/stream/manual_driver.hpp>
#include <weft/stream/memory_pipe.hpp>

#include "endpoint/admission.hpp"

namespace weft::testing {
namespace {

address at(std::string_view host) {
    return *address::parse(host, 1234);
}

class admissions : public ::testing::Test {
public:
    manual_driver driver;
    stream_endpoint behind{driver};
    admission tested{driver.random(), {[](const channel&) noexcept { return true; }, {}, true}};

    /// Some connection, and that it came from `host`.
    const connection& enter(std::string_view host) {
        auto [ours, theirs] = memory_pipe(driver, driver);
        ends_.push_back(std::move(theirs));
        const connection& one = behind.serve(std::move(ours));
        tested.entered(one, at(host));
        return one;
    }

    [[nodiscard]] std::error_code judge(std::string_view host) {
        return tested.admit(at(host), 0, 0);
    }

private:
    std::vector<std::unique_ptr<memory_stream>> ends_;
};

TEST_F(admissions, by_default_only_handshakes_are_limited) {
    EXPECT_FALSE(tested.admit(at("127.0.0.1"), 1'000'000, 0));
    EXPECT_FALSE(tested.admit(at("127.0.0.1"), 1'000'000, 4095));
    EXPECT_EQ(tested.admit(at("127.0.0.1"), 4096, 4096), errc::too_many_handshakes);
    for (int i = 0; i < 100; ++i) enter("127.0.0.1");
    EXPECT_FALSE(judge("127.0.0.1"));
}

TEST_F(admissions, each_limit_is_reached_and_not_exceeded) {
    tested.set({.connections_max = 3, .connections_per_address_max = 2, .handshakes_max = 1});
    EXPECT_FALSE(tested.admit(at("::1"), 2, 0));
    EXPECT_EQ(tested.admit(at("::1"), 3, 0), errc::too_many_connections);
    EXPECT_EQ(tested.admit(at("::1"), 2, 1), errc::too_many_handshakes);
    enter("10.0.0.1");
    EXPECT_FALSE(judge("10.0.0.1"));
    enter("10.0.0.1");
    EXPECT_EQ(judge("10.0.0.1"), errc::too_many_from_address);
    EXPECT_FALSE(judge("10.0.0.2"));
    EXPECT_EQ(judge("10.0.0.1"), condition::limit);
}

TEST_F(admissions, who_leaves_makes_room) {
    tested.set({.connections_per_address_max = 1});
    const connection& first = enter("10.0.0.1");
    const connection& other = enter("10.0.0.2");
    tested.left(first);
    EXPECT_FALSE(judge("10.0.0.1"));
    EXPECT_EQ(judge("10.0.0.2"), errc::too_many_from_address);
    tested.left(first); // who is not here does not count
    tested.left(other);
    EXPECT_FALSE(judge("10.0.0.2"));
}

TEST_F(admissions, an_ipv6_network_is_one_address_as_long_as_the_prefix_says) {
    tested.set({.connections_per_address_max = 1});
    enter("2001:db8:0:1::1");
    EXPECT_EQ(judge("2001:db8:0:1:ffff:ffff:ffff:ffff"), errc::too_many_from_address);
    EXPECT_FALSE(judge("2001:db8:0:2::1"));
    tested.set({.connections_per_address_max = 1, .ipv6_prefix = 128});
    enter("2001:db8:0:3::1");
    EXPECT_EQ(judge("2001:db8:0:3::1"), errc::too_many_from_address);
    EXPECT_FALSE(judge("2001:db8:0:3::2"));
    tested.set({.connections_per_address_max = 1, .ipv6_prefix = 60});
    enter("2001:db8:0:4f::1");
    EXPECT_EQ(judge("2001:db8:0:40::1"), errc::too_many_from_address);
    EXPECT_FALSE(judge("2001:db8:0:50::1"));
    tested.set({.connections_per_address_max = 1, .ipv6_prefix = 0});
    enter("::1");
    EXPECT_EQ(judge("2001:db8::9"), errc::too_many_from_address);
}

// All of IPv4 is one /64 of IPv6: a listener at `::` must not take it for one network.
TEST_F(admissions, ipv4_is_the_same_through_a_socket_of_ipv6) {
    tested.set({.connections_per_address_max = 1});
    enter("::ffff:10.0.0.1");
    EXPECT_EQ(judge("10.0.0.1"), errc::too_many_from_address);
    EXPECT_FALSE(judge("::ffff:10.0.0.2"));
    EXPECT_FALSE(judge("10.0.0.2"));
}

TEST_F(admissions, unix_domain_peers_have_no_address) {
    tested.set({.connections_per_address_max = 1});
    auto [ours, theirs] = memory_pipe(driver, driver);
    tested.entered(behind.serve(std::move(ours)), address::local(""));
    EXPECT_FALSE(tested.admit(address::local(""), 0, 0));
}

TEST_F(admissions, the_refused_are_sent_retry_after) {
    EXPECT_TRUE(tested.response().starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
    EXPECT_NE(tested.response().find("\r\nRetry-After: 5\r\n"), std::string::npos);
    EXPECT_NE(tested.response().find("\r\nConnection: close\r\n"), std::string::npos);
    tested.set({.retry_after = std::chrono::seconds(60)});
    EXPECT_NE(tested.response().find("\r\nRetry-After: 60\r\n"), std::string::npos);
}

} // namespace
} // namespace weft::testing
