// SPDX-License-Identifier: MIT
// Raw connections over TLS: `open` is called after the handshake, `fail` if the handshake fails.
#include "endpoint/raw_peer.hpp"
#include "tls_endpoints.hpp"

namespace weft {
namespace {

using testing::raw_peer;

class tls_raw : public tls_endpoints {
protected:
    void SetUp() override {
        tls = *server_under_test::create({.certificates = {local_certificate()}});
        trusting = client_that_trusts(local_certificate());
    }

    void listen() { port = echo.listen("127.0.0.1", 0, {.tls = tls})->port(); }

    raw_handlers serving() {
        return {.open = [this](raw_connection& peer) {
                    EXPECT_TRUE(peer.secure());
                    ++served;
                },
                .data = [](raw_connection& peer, std::span<std::byte> bytes) { peer.send(bytes); },
                .fail = [this](const report& why) { server_failed.push_back(why); }};
    }

    /// Says hello, and ends when it has come back.
    raw_handlers connect_handlers() {
        return {.open = [this](raw_connection& peer) {
                    EXPECT_TRUE(peer.secure());
                    EXPECT_FALSE(tls_stream::of(peer.transport())->version().empty());
                    opened = true;
                    peer.send("hello");
                },
                .data = [this](raw_connection& peer, std::span<std::byte> bytes) {
                    answer.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
                    if (answer.size() == 5) peer.finish();
                },
                .close = [this](raw_connection&, const report& why) { closed = why; },
                .fail = [this](const report& why) { failed = why; }};
    }

    void expect_hello() {
        until([&] { return closed.has_value() && echo.connection_count() == 0; });
        EXPECT_EQ(answer, "hello");
        EXPECT_FALSE(closed->error) << *closed;
    }

    void expect_failure(std::error_code why) {
        until([&] { return failed.has_value(); });
        EXPECT_FALSE(opened);
        EXPECT_EQ(failed->error, why) << *failed;
        EXPECT_EQ(failed->phase, phase::tls) << *failed;
    }

    /// A client of `dialer` that waits in the test's hands.
    raw_peer meet() {
        auto listening = raw_peer::listening();
        dialer.connect("localhost:" + std::to_string(listening.port()), connect_handlers(),
                       {.tls = trusting});
        raw_peer ours;
        until([&] { return ours.accept_from(listening); });
        return ours;
    }

    [[nodiscard]] std::string place() const { return "127.0.0.1:" + std::to_string(port); }

    std::shared_ptr<secure_layer> trusting;
    raw_server echo{loop, serving()};
    raw_client dialer{loop};
    int served = 0;
    bool opened = false;
    std::string answer;
    std::optional<report> closed;
    std::optional<report> failed;
};

TEST_F(tls_raw, bytes_go_there_and_back_and_end_well) {
    listen();
    dialer.connect(place(), connect_handlers(), {.tls = trusting});
    expect_hello();
    EXPECT_EQ(served, 1);
}

TEST_F(tls_raw, a_name_that_is_looked_up_is_checked) {
    listen();
    dialer.connect("localhost:" + std::to_string(port), connect_handlers(), {.tls = trusting});
    expect_hello();
}

TEST_F(tls_raw, an_address_in_brackets_is_checked_without_them) {
    const auto bound = echo.listen("::1", 0, {.tls = tls});
    if (!bound) GTEST_SKIP() << "no IPv6: " << bound.error().message();
    dialer.connect("tcp://[::1]:" + std::to_string(bound->port()), connect_handlers(),
                   {.tls = trusting});
    expect_hello();
}

TEST_F(tls_raw, a_unix_socket_has_the_name_that_it_is_given) {
    const std::string where = "unix:@weft-tls-raw-" + std::to_string(::getpid());
    ASSERT_TRUE(echo.listen(where, {.tls = tls}));
    dialer.connect(where, connect_handlers(), {.tls = trusting});
    expect_failure(tls_error::wrong_name);
    dialer.connect(where, connect_handlers(), {.tls = trusting, .tls_host = "localhost"});
    expect_hello();
}

TEST_F(tls_raw, another_name_fails_on_both_sides_and_opens_on_none) {
    listen();
    dialer.connect(place(), connect_handlers(), {.tls = trusting, .tls_host = "example.org"});
    expect_failure(tls_error::wrong_name);
    until([&] { return !server_failed.empty(); });
    EXPECT_EQ(server_failed.front().error, tls_error::certificate_not_accepted);
    EXPECT_EQ(server_failed.front().began, side::peer);
    EXPECT_EQ(server_failed.front().phase, phase::tls);
    EXPECT_EQ(served, 0);
}

TEST_F(tls_raw, a_server_that_says_nothing_is_given_up) {
    raw_server mute(loop, {});
    port = mute.listen("127.0.0.1", 0)->port();
    dialer.connect(place(), connect_handlers(),
                   {.connection = {.tls_timeout = std::chrono::milliseconds(30)}, .tls = trusting});
    expect_failure(errc::tls_timeout);
}

TEST_F(tls_raw, a_client_that_says_nothing_is_given_up) {
    raw_server hasty(loop, serving(), {.tls_timeout = std::chrono::milliseconds(30)});
    port = hasty.listen("127.0.0.1", 0, {.tls = tls})->port();
    raw_client mute(loop);
    mute.connect(place(), {});
    until([&] { return !server_failed.empty(); });
    EXPECT_EQ(server_failed.front().error, errc::tls_timeout) << server_failed.front();
    EXPECT_EQ(server_failed.front().phase, phase::tls);
}

TEST_F(tls_raw, may_be_aborted_within_the_handshake) {
    raw_server mute(loop, {});
    port = mute.listen("127.0.0.1", 0)->port();
    const auto handle = dialer.connect(place(), connect_handlers(), {.tls = trusting});
    until([&] { return mute.connection_count() != 0; });
    handle.abort();
    expect_failure(errc::aborted);
}

TEST_F(tls_raw, a_shutdown_within_the_handshake_ends_it) {
    listen();
    raw_client mute(loop);
    mute.connect(place(), {});
    until([&] { return echo.connection_count() != 0; });
    bool done = false;
    echo.shutdown(std::chrono::seconds(5), [&] { done = true; });
    until([&] { return done; });
    ASSERT_EQ(server_failed.size(), 1U);
    EXPECT_EQ(server_failed.front().error, errc::shut_down);
}

TEST_F(tls_raw, adopted_by_a_server_may_be_sent_to_at_once) {
    auto ours = meet();
    until([&] { return !ours.received().empty(); });
    const std::string hello = ours.received(); // TLS's
    const auto adopted = echo.adopt(ours.release(), std::as_bytes(std::span(hello)), tls);
    ASSERT_TRUE(adopted);
    (*adopted)->send("hello");
    until([&] { return answer.size() >= 10; });
    EXPECT_EQ(answer, "hellohello");
}

TEST_F(tls_raw, adopted_by_a_client_checks_the_host) {
    listen();
    for (const char* host : {"localhost", "example.org"}) {
        auto peer = raw_peer::connected_to(port);
        ASSERT_TRUE(dialer.adopt(peer.release(), connect_handlers(), {}, {}, trusting, host));
    }
    until([&] { return failed && closed; });
    EXPECT_EQ(failed->error, tls_error::wrong_name) << *failed;
    EXPECT_EQ(answer, "hello");
}

} // namespace
} // namespace weft
