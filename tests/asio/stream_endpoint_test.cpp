// SPDX-License-Identifier: MIT
// A service on an Asio executor: how long `run` lasts, what was read by others, deadlines,
// pressure, and a handler that runs the context.
#include <chrono>

#include <weft/core/http_head.hpp>

#include "both_ends.hpp"
#include "support/frame_builder.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

template <class Asio>
class asio_services : public both_ends<Asio> {};
TYPED_TEST_SUITE(asio_services, two_asios, asio_name);

TYPED_TEST(asio_services, echo_until_the_last_connection_has_ended_and_then_run_returns) {
    this->server->route("/", echo_handlers());
    int received = 0;
    report end;
    this->connect({.open = [](connection& c) { c.send("0"); },
                   .message =
                       [&](connection& c, message m) {
                           if (++received < 100)
                               c.send(m);
                           else
                               c.close();
                       },
                   .close = [&](connection&, const report& why) { end = why; }});
    this->context.run();
    EXPECT_EQ(received, 100);
    EXPECT_TRUE(end.clean()) << end;
    EXPECT_EQ(this->server->connection_count() + this->client->connection_count(), 0U);
}

TYPED_TEST(asio_services, run_lasts_while_a_connection_waits_for_nothing) {
    connection* served = nullptr;
    this->server->route("/", {.open = [&](connection& c) {
                            c.pause();
                            served = &c;
                        }});
    connection_handle outbound = this->connect({.open = [](connection& c) { c.pause(); }}).handle();
    while (!served) this->context.run_one();
    this->context.poll();
    EXPECT_FALSE(this->context.stopped());
    this->server->stop();
    outbound.abort();
    this->context.run();
    EXPECT_TRUE(this->context.stopped());
}

TYPED_TEST(asio_services, tell_the_addresses_of_their_sockets) {
    address at;
    this->server->route("/", {.open = [&](connection& c) {
                            at = c.remote_address();
                            c.close();
                        }});
    auto& outbound = this->connect({});
    const address ours = outbound.local_address();
    this->context.run();
    EXPECT_EQ(at, ours);
    EXPECT_EQ(at.host(), "127.0.0.1");

    auto [near, far] = local_pair<TypeParam>(this->context);
    auto& local = this->client->connect(std::move(near), at_path("/"), {});
    EXPECT_FALSE(local.remote_address().is_ip());
    local.abort();
    this->context.restart();
    this->context.run();
}

TYPED_TEST(asio_services, serve_a_client_whose_request_and_first_frame_were_read_elsewhere) {
    this->server->route("/chat", echo_handlers());
    auto [near, far] = tcp_pair<TypeParam>(this->context);
    const auto parsed = http_request::make("GET", "/chat?room=1",
                                           {{"Host", "example.org"},
                                            {"Upgrade", "websocket"},
                                            {"Connection", "Upgrade"},
                                            {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                                            {"Sec-WebSocket-Version", "13"}});
    ASSERT_TRUE(parsed);
    frame_builder peer{role::client};
    const auto frame = peer.frame(0x81, "early");
    ASSERT_TRUE(this->server->accept(std::move(far), *parsed, frame));
    std::string answer(1000, '\0');
    std::size_t got = 0;
    near.non_blocking(true);
    while (answer.find("early") == std::string::npos) {
        this->context.run_one();
        typename TypeParam::error_code none;
        got += near.read_some(
            typename TypeParam::library::mutable_buffer(&answer[got], answer.size() - got), none);
    }
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 101"));
}

TYPED_TEST(asio_services, give_a_socket_back_whose_request_they_refuse) {
    auto [near, far] = tcp_pair<TypeParam>(this->context);
    const auto parsed = http_request::make("GET", "/", {{"Host", "example.org"}});
    ASSERT_TRUE(parsed);
    EXPECT_FALSE(this->server->accept(std::move(far), *parsed));
    EXPECT_TRUE(far.is_open()) << "to answer by other means";
    EXPECT_EQ(this->server->connection_count(), 0U);
}

TYPED_TEST(asio_services, keep_deadlines) {
    session_timeouts timeouts;
    timeouts.handshake = 5ms;
    this->server->handshake_options({}, timeouts);
    std::error_code why;
    this->server->on_fail([&](const report& end) { why = end.error; });
    auto [near, far] = tcp_pair<TypeParam>(this->context);
    this->server->serve(std::move(far)); // to whom nobody says anything
    while (!why) this->context.run_one();
    EXPECT_EQ(why, errc::handshake_timeout);
    near.close();
    this->context.run();
}

TYPED_TEST(asio_services, a_slow_reader_is_waited_for) {
    const std::string large(300'000, 'x');
    bool backed_up = false;
    std::size_t received = 0;
    this->server->route("/",
                        {
                            .open =
                                [&](connection& c) {
                                    while (c.send(large) == send_result::accepted) {}
                                    backed_up = true;
                                },
                            .writable = [&](connection& c) { c.close(); },
                        });
    connection* reader = nullptr;
    this->connect({
        .open =
            [&](connection& c) {
                c.pause();
                reader = &c;
            },
        .message = [&](connection&, message m) { received += m.size(); },
    });
    while (!backed_up || !reader) this->context.run_one();
    reader->resume();
    this->context.run();
    EXPECT_GT(received, large.size());
}

TYPED_TEST(asio_services, a_handler_may_run_the_context) {
    this->server->route("/", echo_handlers());
    bool answered = false;
    bool nested = false;
    auto& other = this->connect({.message = [&](connection& c, message) {
        answered = true;
        c.close();
    }});
    this->connect({.open = [&](connection& c) {
        c.close(); // leaves before the handler returns
        while (!other.is_open()) this->context.run_one();
        other.send("?");
        while (!answered) this->context.run_one();
        nested = true;
    }});
    this->context.run();
    EXPECT_TRUE(nested);
}

TYPED_TEST(asio_services, shut_down_and_say_when_nothing_is_left) {
    this->server->route("/", {});
    int done = 0;
    report end;
    this->connect({.open = [&](connection&) { this->server->shutdown(5s, [&] { ++done; }); },
                   .close = [&](connection&, const report& why) { end = why; }});
    this->context.run();
    EXPECT_EQ(done, 1);
    EXPECT_EQ(end.code(), close_code::going_away) << end;
}

TYPED_TEST(asio_services, hear_posts_of_handles_from_other_threads) {
    connection_handle served;
    this->server->route("/", {.open = [&](connection& c) { served = c.handle(); }});
    std::string received;
    std::thread elsewhere;
    this->connect({
        .message =
            [&](connection& c, message m) {
                received = m.text();
                c.close();
            },
    });
    while (!served.with([](connection&) {})) this->context.run_one();
    elsewhere = std::thread([&] { served.send("from elsewhere"); });
    this->context.run();
    elsewhere.join();
    EXPECT_EQ(received, "from elsewhere");
    EXPECT_TRUE(this->context.stopped());
}

} // namespace
} // namespace weft::testing
