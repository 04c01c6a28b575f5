// SPDX-License-Identifier: MIT
// Connecting: addresses that answer, refuse and say nothing, and what is done to their sockets.
#include <sys/un.h>

#include <filesystem>
#include <optional>

#include <gtest/gtest.h>

#include <weft/core/error.hpp>
#include <weft/loop/event_loop.hpp>

#include "loop/connector.hpp"
#include "loop/loop_state.hpp"
#include "loop/posix/socket_address.hpp"
#include "loop/system.hpp"

#include "support/descriptors.hpp"

#include "loop_probes.hpp"

namespace weft::testing {
namespace {

owned_socket new_socket(const address& where) {
    const int family = as_socket_address(where)->family();
    return owned_socket(open_socket(family, SOCK_STREAM, blocking::no));
}

owned_socket listening_at(const address& where, int backlog = 8) {
    auto made = new_socket(where);
    const auto at = as_socket_address(where);
    EXPECT_EQ(::bind(made.get(), at->get(), at->size), 0) << where.str();
    EXPECT_EQ(::listen(made.get(), backlog), 0);
    return made;
}

int connect_to(const owned_socket& from, const address& where) {
    const auto at = as_socket_address(where);
    return ::connect(from.get(), at->get(), at->size);
}

address accepted_from(const owned_socket& listener) {
    const owned_socket one(::accept(listener.get(), nullptr, nullptr));
    return remote_address_of(one.get());
}

/// An address with a full backlog: whoever connects waits for ever.
struct black_hole {
    explicit black_hole(const address& where)
        : listener(listening_at(where, 0)), first(new_socket(where)) {
        connect_to(first, where);
    }
    owned_socket listener;
    owned_socket first;
};

class connecting : public ::testing::Test {
public:
    event_loop loop;
    int descriptor = *loop.descriptor();
    owned_socket listener = listening_at(*address::parse("127.0.0.1", 0));
    std::uint16_t port = local_address_of(listener.get()).port();
    address good = at("127.0.0.1");
    address refusing = at("127.0.0.3");
    connect_plan plan;
    connector* present = nullptr;
    std::optional<result<owned_socket>> outcome;

    [[nodiscard]] address at(const char* host) const { return *address::parse(host, port); }

    void start() {
        present = &connector::start(*loop.state(), std::move(plan),
                                    [this](phase where, result<owned_socket> got) {
                                        EXPECT_EQ(where, phase::connect);
                                        EXPECT_FALSE(outcome) << "reported twice";
                                        outcome = std::move(got);
                                    });
        EXPECT_FALSE(outcome) << "reported from inside start";
    }

    /// Connects, and says to whom, or why not.
    std::string connected_to() {
        start();
        while (!outcome && readable(descriptor, 5000ms)) loop.run_ready();
        settle(loop);
        if (!outcome) return "no answer";
        return *outcome ? remote_address_of((*outcome)->get()).host() : outcome->error().message();
    }

    void forget() { outcome.reset(); }
};

std::string words(std::errc why) {
    return std::make_error_code(why).message();
}

TEST_F(connecting, silent_address_costs_the_attempt_delay) {
    const black_hole hole(at("127.0.0.2"));
    plan.addresses = {at("127.0.0.2"), good};
    plan.attempt_delay = 30ms;
    const auto before = open_descriptors();
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(connected_to(), "127.0.0.1");
    EXPECT_GE(std::chrono::steady_clock::now() - began, 30ms);
    EXPECT_EQ(open_descriptors(), before + 1) << "the loser's socket is closed";
}

TEST_F(connecting, dead_ipv6_route_costs_the_attempt_delay) {
    if (::access("/proc/net/if_inet6", R_OK) != 0) GTEST_SKIP() << "no IPv6 here";
    const black_hole hole(at("::1"));
    plan.addresses = {at("::1"), good};
    plan.attempt_delay = 30ms;
    EXPECT_EQ(connected_to(), "127.0.0.1");
}

TEST_F(connecting, refusal_costs_nothing) {
    plan.addresses = {refusing, at("127.0.0.4"), good};
    plan.attempt_delay = 1h;
    EXPECT_EQ(connected_to(), "127.0.0.1");
}

TEST_F(connecting, failure_beside_a_silent_attempt_lets_the_next_begin) {
    const black_hole hole(at("127.0.0.2"));
    plan.addresses = {at("127.0.0.2"), refusing, good};
    plan.attempt_delay = 30ms;
    EXPECT_EQ(connected_to(), "127.0.0.1");
}

TEST_F(connecting, tells_the_error_that_tells_most) {
    const auto unreachable = [this](int, const address& to) -> result<void> {
        if (to == refusing) return {};
        return failure(std::make_error_code(std::errc::network_unreachable));
    };
    plan.socket.before = unreachable;
    plan.addresses = {refusing, good};
    EXPECT_EQ(connected_to(), words(std::errc::connection_refused));
    forget();
    plan.socket.before = unreachable;
    plan.addresses = {good, refusing};
    EXPECT_EQ(connected_to(), words(std::errc::connection_refused));
    forget();
    plan.socket.before = unreachable;
    plan.addresses = {good};
    EXPECT_EQ(connected_to(), words(std::errc::network_unreachable));
}

TEST_F(connecting, hook_sees_each_socket_before_it_connects) {
    std::vector<std::string> seen;
    plan.socket.before = [&](int socket, const address& to) -> result<void> {
        EXPECT_EQ(remote_address_of(socket), address()) << "not connected yet";
        seen.push_back(to.host());
        return {};
    };
    plan.addresses = {refusing, good};
    EXPECT_EQ(connected_to(), "127.0.0.1");
    EXPECT_EQ(seen, (std::vector<std::string>{"127.0.0.3", "127.0.0.1"}));
}

TEST_F(connecting, hook_that_throws_fails_its_address) {
    int thrown = 0;
    loop.on_error([&](std::exception_ptr) { ++thrown; });
    plan.socket.before = [this](int, const address& to) -> result<void> {
        if (to == refusing) throw std::runtime_error("no");
        return {};
    };
    plan.addresses = {refusing, good};
    EXPECT_EQ(connected_to(), "127.0.0.1");
    EXPECT_EQ(thrown, 1);
}

TEST_F(connecting, hook_may_give_it_all_up) {
    const auto before = open_descriptors();
    plan.socket.before = [this](int, const address&) -> result<void> {
        present->cancel();
        return {};
    };
    plan.addresses = {good, refusing};
    start();
    settle(loop);
    EXPECT_FALSE(outcome);
    EXPECT_EQ(open_descriptors(), before);
}

TEST_F(connecting, comes_from_the_local_address) {
    plan.socket.local = *address::parse("127.0.0.9", 0);
    plan.addresses = {good};
    EXPECT_EQ(connected_to(), "127.0.0.1");
    EXPECT_EQ(accepted_from(listener).host(), "127.0.0.9");
    forget();
    plan.socket.local = *address::parse("::1", 0);
    plan.addresses = {good};
    EXPECT_EQ(connected_to(), words(std::errc::address_family_not_supported));
    forget();
    plan.socket.local = *address::parse("192.0.2.1", 0);
    plan.addresses = {good};
    EXPECT_EQ(connected_to(), words(std::errc::address_not_available));
}

TEST_F(connecting, full_unix_socket_is_waited_for) {
    const auto where = address::local("@weft-connector-test-" + std::to_string(::getpid()));
    const auto busy = listening_at(where, 0);
    std::vector<owned_socket> crowd;
    do {
        ASSERT_LT(crowd.size(), 100U) << "the backlog has no end";
        crowd.push_back(new_socket(where));
    } while (connect_to(crowd.back(), where) == 0);
    plan.addresses = {where};
    start();
    for (int turn = 0; turn < 5; ++turn) { // each is a vain attempt
        ASSERT_TRUE(readable(descriptor, 5000ms));
        loop.run_ready();
        ASSERT_FALSE(outcome);
    }
    while (!outcome && readable(descriptor, 5000ms)) {
        const owned_socket served(::accept(busy.get(), nullptr, nullptr));
        loop.run_ready();
    }
    ASSERT_TRUE(outcome);
    EXPECT_TRUE(*outcome) << outcome->error().message();
}

TEST_F(connecting, cancelled_it_says_nothing) {
    const auto before = open_descriptors();
    plan.addresses = {good};
    start();
    present->cancel();
    const black_hole hole(at("127.0.0.2"));
    plan.addresses = {at("127.0.0.2")};
    start();
    settle(loop);
    present->cancel();
    settle(loop);
    EXPECT_FALSE(outcome);
    EXPECT_EQ(open_descriptors(), before + 2) << "the hole's own";
}

} // namespace
} // namespace weft::testing
