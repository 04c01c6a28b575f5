// SPDX-License-Identifier: MIT
// Messages there and back: of every size, from many clients, over every kind of socket.
#include <unistd.h>

#include <vector>

#include "endpoint/endpoint_fixture.hpp"

namespace weft::testing {
namespace {

class endpoint_echo : public endpoint {};

std::string of_size(std::size_t size) {
    std::string text(size, ' ');
    for (std::size_t i = 0; i < size; ++i)
        text[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
    return text;
}

TEST_P(endpoint_echo, returns_messages_of_every_size_as_they_were) {
    serve_echo();
    const std::vector<std::size_t> sizes{0,     1,     125,     126,      127,     1000,
                                         16383, 16384, 65535,   65536,    100'000, 524'288,
                                         1'000'000,    4'194'304, 16'777'216};
    std::size_t next = 0;
    std::string sent;
    ending outbound;
    const auto send_next = [&](connection& peer) {
        if (next / 2 == sizes.size()) return peer.close();
        sent = of_size(sizes[next / 2]);
        const auto taken = peer.send(message(std::as_bytes(std::span(sent)), next % 2 == 0));
        EXPECT_TRUE(taken == send_result::accepted || taken == send_result::backed_up);
        ++next;
    };
    client_->connect(
        url(), outbound.observe({.open = send_next, .message = [&](connection& peer, message m) {
                                     EXPECT_EQ(m.is_text(), next % 2 == 1);
                                     EXPECT_TRUE(m.text() == sent) << m.size();
                                     send_next(peer);
                                 }}));
    ASSERT_TRUE(run_until([&] { return outbound.ended() && served_.ended(); }));
    EXPECT_EQ(next, sizes.size() * 2);
    EXPECT_TRUE(outbound.why.clean()) << outbound.why;
    EXPECT_TRUE(served_.why.clean()) << served_.why;
    EXPECT_EQ(served_.why.began, side::peer);
}

TEST_P(endpoint_echo, carries_large_messages_in_both_directions_at_once) {
    const std::string large = of_size(8 * 1024 * 1024);
    std::size_t received = 0;
    const auto talks = [&] {
        return handlers{.open = [&](connection& peer) { peer.send(large); },
                        .message = [&](connection&, message m) {
                            EXPECT_TRUE(m.text() == large);
                            ++received;
                        }};
    };
    server_->route("/both", talks());
    listen();
    client_->connect(url("/both"), talks());
    EXPECT_TRUE(run_until([&] { return received == 2; }));
}

TEST_P(endpoint_echo, tells_of_one_writable_once_what_was_backed_up_has_drained) {
    const std::string large = of_size(12 * 1024 * 1024);
    int writable = 0;
    std::size_t received = 0;
    server_->route("/large", {.open =
                                  [&](connection& peer) {
                                      EXPECT_EQ(peer.send(large), send_result::backed_up);
                                      EXPECT_NE(peer.buffered_amount(), 0);
                                  },
                              .writable =
                                  [&](connection& peer) {
                                      ++writable;
                                      EXPECT_EQ(peer.buffered_amount(), 0);
                                  }});
    listen();
    client_->connect(url("/large"),
                     {.message = [&](connection&, message m) { received = m.size(); }});
    EXPECT_TRUE(run_until([&] { return received == large.size() && writable != 0; }));
    EXPECT_EQ(writable, 1);
}

TEST_P(endpoint_echo, serves_many_clients_at_once) {
    serve_echo();
    constexpr int clients = 200, rounds = 5;
    int done = 0;
    for (int i = 0; i < clients; ++i) {
        auto left = std::make_shared<int>(rounds);
        client_->connect(url(), {.open = [](connection& peer) { peer.send("0"); },
                                 .message =
                                     [left](connection& peer, message m) {
                                         if (--*left == 0) return peer.close();
                                         peer.send(m);
                                     },
                                 .close =
                                     [&](connection&, const report& why) {
                                         EXPECT_TRUE(why.clean()) << why;
                                         ++done;
                                     },
                                 .fail = [&](const report& why) { ADD_FAILURE() << why; }});
    }
    EXPECT_EQ(client_->connection_count(), clients);
    EXPECT_TRUE(run_until([&] { return done == clients && server_->connection_count() == 0; }));
    EXPECT_EQ(served_.opened, clients);
    EXPECT_EQ(served_.closed, clients);
}

TEST_P(endpoint_echo, speaks_over_ipv4_ipv6_and_localhost) {
    serve_echo();
    expect_echo(url());
    expect_echo("ws://localhost:" + std::to_string(port_) + "/echo");
    const auto six = server_->listen("::1", 0);
    if (!six) GTEST_SKIP() << "no IPv6 here: " << six.error().message();
    expect_echo("ws://[::1]:" + std::to_string(six->port()) + "/echo");
}

TEST_P(endpoint_echo, speaks_over_both_families_on_one_dual_stack_listener) {
    serve_echo();
    const auto both = server_->listen("::", 0);
    if (!both) GTEST_SKIP() << "no IPv6 here: " << both.error().message();
    const auto port = std::to_string(both->port());
    expect_echo("ws://[::1]:" + port + "/echo");
    expect_echo("ws://127.0.0.1:" + port + "/echo");
    expect_echo("ws://localhost:" + port + "/echo");

    const auto only = server_->listen("::", 0, {.ipv6_only = true});
    ASSERT_TRUE(only);
    const auto refused = failure_of("ws://127.0.0.1:" + std::to_string(only->port()) + "/echo");
    EXPECT_EQ(refused.error, std::errc::connection_refused);
}

TEST_P(endpoint_echo, speaks_over_unix_sockets_with_a_path_and_abstract) {
    serve_echo();
    const auto unique = std::to_string(::getpid()) + '-' + GetParam()->name;
    const std::string file = "unix:" + ::testing::TempDir() + "weft-" + unique;
    const std::string name = "unix:@weft-" + unique;
    for (const auto& where : {file, name}) {
        const auto bound = server_->listen(where);
        ASSERT_TRUE(bound) << bound.error().message();
        EXPECT_EQ(bound->str(), where);
        connect_options options;
        options.via = where;
        expect_echo("ws://example.org/echo", options);
    }
}

TEST_P(endpoint_echo, tells_the_two_ends_addresses) {
    address server_local, server_remote, client_local, client_remote;
    server_->route("/", {.open = [&](connection& peer) {
        server_local = peer.local_address();
        server_remote = peer.remote_address();
        EXPECT_FALSE(peer.secure());
        EXPECT_EQ(peer.host(), "127.0.0.1:" + std::to_string(port_));
    }});
    listen();
    client_->connect(url("/"), {.open = [&](connection& peer) {
        client_local = peer.local_address();
        client_remote = peer.remote_address();
    }});
    ASSERT_TRUE(run_until([&] { return client_remote.is_ip() && server_remote.is_ip(); }));
    EXPECT_EQ(server_local, client_remote);
    EXPECT_EQ(server_remote, client_local);
    EXPECT_EQ(server_local.str(), "127.0.0.1:" + std::to_string(port_));
}

TEST_P(endpoint_echo, hears_pings_and_pongs) {
    std::string pinged, ponged;
    const auto text = [](std::span<const std::byte> bytes) {
        return std::string(message(bytes).text());
    };
    server_->route("/", {.ping = [&](connection&, auto bytes) { pinged = text(bytes); }});
    listen();
    client_->connect(url("/"), {.open = [](connection& peer) { peer.ping("are you there"); },
                                .pong = [&](connection&, auto bytes) { ponged = text(bytes); }});
    EXPECT_TRUE(run_until([&] { return !ponged.empty(); }));
    EXPECT_EQ(pinged, "are you there");
    EXPECT_EQ(ponged, "are you there");
}

TEST_P(endpoint_echo, hears_nothing_of_a_paused_peer_until_it_resumes) {
    serve_echo();
    connection* paused = nullptr;
    int received = 0;
    client_->connect(url(), {.open =
                                 [&](connection& peer) {
                                     peer.send("1");
                                     peer.pause();
                                     paused = &peer;
                                 },
                             .message = [&](connection&, message) { ++received; }});
    ASSERT_TRUE(run_until([&] { return paused && served_.opened == 1; }));
    // Another's whole conversation takes longer than the echo that is not received.
    expect_echo(url());
    EXPECT_EQ(received, 0);
    paused->resume();
    EXPECT_TRUE(run_until([&] { return received == 1; }));
}

WEFT_IN_EVERY_WAY(endpoint_echo);

} // namespace
} // namespace weft::testing
