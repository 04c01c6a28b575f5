// SPDX-License-Identifier: MIT
// Listeners with options of their own: permissions, the application's hooks, the end of one.
#include <sys/stat.h>
#include <unistd.h>

#include "endpoint/endpoint_fixture.hpp"
#include "endpoint/raw_peer.hpp"

namespace weft::testing {
namespace {

class endpoint_listeners : public endpoint {
protected:
    void SetUp() override {
        endpoint::SetUp();
        server_->route("/echo", {.message = [](connection& peer, message m) { peer.send(m); }});
    }

    /// Another listener on the loopback; where.
    address door(listen_options options) {
        const auto bound = server_->listen("127.0.0.1", 0, std::move(options));
        EXPECT_TRUE(bound) << bound.error().message();
        return bound.value_or(address());
    }

    static std::string url_at(const address& where) { return "ws://" + where.str() + "/echo"; }
};

TEST_P(endpoint_listeners, have_options_of_their_own) {
    int first = 0;
    int second = 0;
    listen_options of_first;
    of_first.after_accept = [&](int descriptor, const address& peer) {
        EXPECT_GE(descriptor, 0);
        EXPECT_EQ(peer.host(), "127.0.0.1");
        EXPECT_EQ(server_->connection_count(), 0U) << "before it counts";
        return ++first != 0;
    };
    listen_options of_second;
    of_second.after_accept = [&](int, const address&) { return ++second != 0; };
    const auto one = door(std::move(of_first));
    const auto other = door(std::move(of_second));
    expect_echo(url_at(one));
    EXPECT_EQ(first, 1);
    EXPECT_EQ(second, 0);
    expect_echo(url_at(other));
    EXPECT_EQ(first, 1);
    EXPECT_EQ(second, 1);
}

TEST_P(endpoint_listeners, are_closed_one_by_one) {
    const auto one = door({});
    const auto other = door({});
    EXPECT_TRUE(server_->stop_listening(one));
    EXPECT_FALSE(server_->stop_listening(one));
    EXPECT_EQ(server_->listening_at(), (std::vector{other}));
    EXPECT_EQ(failure_of(url_at(one)).error, std::errc::connection_refused);
    expect_echo(url_at(other));
    EXPECT_TRUE(server_->stop_listening(other));
    EXPECT_FALSE(server_->is_listening());
}

TEST_P(endpoint_listeners, may_be_closed_by_who_comes_through_them) {
    address where;
    listen_options options;
    options.after_accept = [&](int, const address&) { return server_->stop_listening(where); };
    where = door(std::move(options));
    expect_echo(url_at(where));
    EXPECT_FALSE(server_->is_listening());
}

TEST_P(endpoint_listeners, have_a_keeper_who_may_say_no) {
    int asked = 0;
    listen_options options;
    options.after_accept = [&](int, const address&) { return ++asked != 1; };
    const auto where = door(std::move(options));
    raw_peer unwelcome = raw_peer::connected_to(where.port());
    EXPECT_TRUE(run_until([&] { return unwelcome.ended(); }));
    EXPECT_EQ(unwelcome.received(), "");
    EXPECT_EQ(server_->connection_count(), 0U);
    expect_echo(url_at(where));
}

TEST_P(endpoint_listeners, have_a_keeper_who_may_throw) {
    int errors = 0;
    loop().on_error([&](std::exception_ptr) { ++errors; });
    listen_options options;
    options.after_accept = [&](int, const address&) -> bool {
        if (errors == 0) throw std::runtime_error("not today");
        return true;
    };
    const auto where = door(std::move(options));
    raw_peer unlucky = raw_peer::connected_to(where.port());
    EXPECT_TRUE(run_until([&] { return unlucky.ended(); }));
    EXPECT_EQ(errors, 1);
    expect_echo(url_at(where));
}

TEST_P(endpoint_listeners, have_a_keeper_who_may_end_the_server) {
    listen_options options;
    options.after_accept = [&](int, const address&) {
        server_.reset();
        return true;
    };
    const auto where = door(std::move(options));
    raw_peer last = raw_peer::connected_to(where.port());
    EXPECT_TRUE(run_until([&] { return last.ended(); }));
    EXPECT_FALSE(server_);
}

TEST_P(endpoint_listeners, are_prepared_before_they_are_bound) {
    int seen = -1;
    listen_options options;
    options.before_bind = [&](int descriptor) -> result<void> {
        seen = descriptor;
        return {};
    };
    const auto where = door(std::move(options));
    EXPECT_GE(seen, 0);
    expect_echo(url_at(where));
    listen_options refused;
    refused.before_bind = [](int) -> result<void> { return failure(errc::rejected); };
    EXPECT_EQ(server_->listen("127.0.0.1", 0, std::move(refused)).error(), errc::rejected);
    EXPECT_EQ(server_->listening_at().size(), 1U);
}

TEST_P(endpoint_listeners, have_the_permissions_that_were_asked_for) {
    const auto file = ::testing::TempDir() + "weft-listeners-" + std::to_string(::getpid()) + '-' +
        GetParam()->name;
    listen_options options;
    options.mode = 0606; // what no umask leaves
    ASSERT_TRUE(server_->listen("unix:" + file, std::move(options)));
    struct stat found {};
    ASSERT_EQ(::lstat(file.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 07777U, 0606U);
    connect_options via;
    via.via = "unix:" + file;
    expect_echo("ws://example.org/echo", std::move(via));
}

TEST_P(endpoint_listeners, of_ipv6_leave_ipv4_out_with_ipv6_only) {
    const auto bound = server_->listen("::", 0, {.ipv6_only = true});
    ASSERT_TRUE(bound);
    const std::string port = std::to_string(bound->port());
    expect_echo("ws://[::1]:" + port + "/echo");
    EXPECT_EQ(failure_of("ws://127.0.0.1:" + port + "/echo").error, std::errc::connection_refused);
}

WEFT_IN_EVERY_WAY(endpoint_listeners);

} // namespace
} // namespace weft::testing
