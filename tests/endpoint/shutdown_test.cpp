// SPDX-License-Identifier: MIT
// Ending endpoints: shutdown with a deadline, stop, destruction, and moving them.
#include "endpoint/endpoint_fixture.hpp"
#include "endpoint/raw_peer.hpp"

#include "support/canned_handshake.hpp"
#include "support/frame_builder.hpp"

namespace weft::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class endpoint_shutdown : public endpoint {
protected:
    /// A client's connection to /echo that is open on both sides.
    void open_one() {
        const int before = served_.opened;
        client_->connect(url(), outbound_.observe());
        ASSERT_TRUE(run_until([&] { return outbound_.opened == 1 && served_.opened > before; }));
    }

    /// A peer that has opened a WebSocket and then says nothing more.
    raw_peer stubborn() {
        raw_peer peer = raw_peer::connected_to(port_);
        auto request = canned_request();
        request.replace(request.find("/chat?room=1"), 12, "/echo");
        peer.send(request);
        EXPECT_TRUE(run_until([&] { return served_.opened == 1 && !peer.received().empty(); }));
        return peer;
    }

    /// Counts, and checks that it is not called from inside the call that was given it.
    function<void()> done() {
        return [this] {
            EXPECT_FALSE(inside_call_);
            ++done_;
        };
    }

    template <class Call>
    void calling(Call&& call) {
        inside_call_ = true;
        call();
        inside_call_ = false;
        EXPECT_EQ(done_, 0);
    }

    ending outbound_;
    int done_ = 0;
    bool inside_call_ = false;
};

TEST_P(endpoint_shutdown, of_an_idle_server_or_client_is_done_in_the_next_turn) {
    listen();
    calling([&] {
        server_->shutdown(seconds(20), done());
        client_->shutdown(duration::max(), done());
    });
    EXPECT_FALSE(server_->is_listening());
    EXPECT_TRUE(run_until([&] { return done_ == 2; }));
    EXPECT_EQ(loop().work_count(), 0);
}

TEST_P(endpoint_shutdown, closes_open_connections_with_1001) {
    serve_echo();
    open_one();
    calling([&] { server_->shutdown(seconds(20), done()); });
    ASSERT_TRUE(run_until([&] { return done_ == 1 && outbound_.ended(); }));
    EXPECT_EQ(outbound_.why.code(), close_code::going_away);
    EXPECT_TRUE(outbound_.why.clean()) << outbound_.why;
    EXPECT_EQ(outbound_.why.began, side::peer);
    EXPECT_EQ(served_.closed, 1);
    EXPECT_EQ(served_.why.began, side::local);
    EXPECT_EQ(server_->connection_count(), 0);
}

TEST_P(endpoint_shutdown, of_a_client_closes_what_is_open_and_gives_up_connecting) {
    serve_echo();
    open_one();
    const raw_peer listener = raw_peer::listening(0);
    const raw_peer first = raw_peer::connected_to(listener.port());
    ending connecting;
    client_->connect("ws://127.0.0.1:" + std::to_string(listener.port()) + "/",
                     connecting.observe());
    calling([&] { client_->shutdown(seconds(20), done()); });
    ASSERT_TRUE(run_until([&] { return done_ == 1 && served_.ended(); }));
    EXPECT_EQ(connecting.failed, 1);
    EXPECT_EQ(connecting.why.error, errc::shut_down);
    EXPECT_EQ(outbound_.closed, 1);
    EXPECT_EQ(served_.why.code(), close_code::going_away);
    EXPECT_TRUE(served_.why.clean()) << served_.why;
}

TEST_P(endpoint_shutdown, refuses_those_that_have_not_opened_with_503) {
    server_->route("/defers", {.open = [](connection&) { ADD_FAILURE(); },
                               .validate = [](connection& peer) { peer.defer(); }});
    listen();
    raw_peer silent = raw_peer::connected_to(port_);
    client_->connect(url("/defers"), outbound_.observe());
    ASSERT_TRUE(run_until([&] { return server_->connection_count() == 2; }));
    bool turned = false;
    loop().post([&] { turned = true; });
    ASSERT_TRUE(run_until([&] { return turned; }));
    server_->shutdown(milliseconds(200), done());
    ASSERT_TRUE(run_until([&] { return done_ == 1 && outbound_.ended() && silent.ended(); }));
    EXPECT_EQ(outbound_.failed, 1);
    EXPECT_EQ(outbound_.why.http_status, 503) << outbound_.why;
}

TEST_P(endpoint_shutdown, aborts_a_stubborn_peer_when_the_time_is_over) {
    serve_echo();
    raw_peer peer = stubborn();
    const auto began = std::chrono::steady_clock::now();
    server_->shutdown(milliseconds(50), done());
    ASSERT_TRUE(run_until([&] { return done_ == 1; }));
    EXPECT_GE(std::chrono::steady_clock::now() - began, milliseconds(50));
    EXPECT_EQ(served_.closed, 1);
    EXPECT_EQ(served_.why.error, errc::shut_down) << served_.why;
    EXPECT_TRUE(peer.ended());
}

TEST_P(endpoint_shutdown, waits_for_connections_that_are_closing_already) {
    serve_echo();
    raw_peer peer = stubborn();
    server_->for_each([](connection& one) { one.close(close_code(4000), "mine"); });
    server_->shutdown(seconds(20), done());
    frame_builder frames(role::client);
    const auto answer = to_text(frames.close(4000));
    bool answered = false;
    ASSERT_TRUE(run_until([&] {
        if (!answered && peer.received().find("mine") != std::string::npos) {
            EXPECT_EQ(done_, 0);
            answered = true;
            peer.send(answer);
        }
        if (peer.ended()) peer.close();
        return done_ == 1;
    }));
    EXPECT_EQ(served_.closed, 1);
    EXPECT_TRUE(served_.why.clean()) << served_.why;
    EXPECT_EQ(served_.why.code(), close_code(4000));
}

TEST_P(endpoint_shutdown, twice_calls_both_functions_at_the_later_calls_deadline) {
    serve_echo();
    raw_peer peer = stubborn();
    server_->shutdown(seconds(20), done());
    server_->shutdown(milliseconds(20), done());
    EXPECT_TRUE(run_until([&] { return done_ == 2; }));
}

TEST_P(endpoint_shutdown, of_the_loop_ends_all_endpoints_on_it) {
    serve_echo();
    open_one();
    client second{loop()};
    ending other;
    second.connect(url(), other.observe());
    ASSERT_TRUE(run_until([&] { return other.opened == 1; }));
    calling([&] { loop().shutdown(seconds(20), done()); });
    ASSERT_TRUE(run_until([&] { return done_ == 1; }));
    EXPECT_EQ(outbound_.closed, 1);
    EXPECT_EQ(other.closed, 1);
    EXPECT_EQ(served_.closed, 2);
    EXPECT_FALSE(server_->is_listening());
    EXPECT_EQ(server_->connection_count() + client_->connection_count(), 0);
    EXPECT_EQ(loop().work_count(), 0);
}

TEST_P(endpoint_shutdown, leaves_a_server_that_can_listen_again) {
    serve_echo();
    server_->shutdown(seconds(1), done());
    ASSERT_TRUE(run_until([&] { return done_ == 1; }));
    ASSERT_TRUE(server_->listen("127.0.0.1", port_));
    expect_echo(url());
}

// --- draining

TEST_P(endpoint_shutdown, drain_stops_listening_and_closes_with_1012) {
    serve_echo();
    open_one();
    calling([&] { server_->drain({.window = milliseconds(1)}, done()); });
    EXPECT_FALSE(server_->is_listening());
    ASSERT_TRUE(run_until([&] { return done_ == 1 && outbound_.ended(); }));
    EXPECT_EQ(outbound_.why.code(), close_code::service_restart);
    EXPECT_TRUE(outbound_.why.clean()) << outbound_.why;
}

TEST_P(endpoint_shutdown, drain_with_keep_listening_answers_until_its_end) {
    server_->route("/health", {.http = [](connection& c) {
                       static_cast<void>(c.respond({200, {}, "fine\n"}));
                   }});
    serve_echo();
    open_one();
    calling([&] {
        server_->drain({.window = std::chrono::hours(1),
                        .keep_listening = true,
                        .retry_after = seconds(7)},
                       done());
    });
    EXPECT_TRUE(server_->is_listening());
    ASSERT_TRUE(run_until([&] { return outbound_.ended(); }));
    EXPECT_EQ(outbound_.why.code(), close_code::service_restart);

    const report refused = failure_of(url());
    EXPECT_EQ(refused.http_status, 503);
    ASSERT_NE(refused.response(), nullptr);
    EXPECT_EQ(refused.response()->header("Retry-After"), "7");
    raw_peer balancer = raw_peer::connected_to(port_);
    balancer.send("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    ASSERT_TRUE(run_until([&] { return balancer.ended(); }));
    EXPECT_TRUE(balancer.received().starts_with("HTTP/1.1 200 ")) << balancer.received();
    EXPECT_EQ(done_, 0) << "the window has not passed";

    balancer.close();
    server_->shutdown(seconds(20)); // ends the window
    EXPECT_FALSE(server_->is_listening());
    EXPECT_TRUE(run_until([&] { return done_ == 1; }));
}

TEST_P(endpoint_shutdown, drain_with_keep_listening_ends_with_its_window) {
    serve_echo();
    server_->drain({.window = milliseconds(20), .keep_listening = true}, done());
    ASSERT_TRUE(run_until([&] { return done_ == 1; }));
    EXPECT_FALSE(server_->is_listening());
    EXPECT_TRUE(run_until([&] { return loop().work_count() == 0; }));
}

TEST_P(endpoint_shutdown, drain_is_done_when_the_server_is_destroyed) {
    serve_echo();
    open_one();
    server_->drain({.window = std::chrono::hours(1), .keep_listening = true}, done());
    server_.reset();
    EXPECT_EQ(done_, 1);
    ASSERT_TRUE(run_until([&] { return outbound_.ended(); }));
}

TEST_P(endpoint_shutdown, calls_done_also_when_the_endpoint_or_the_loop_is_destroyed) {
    serve_echo();
    raw_peer peer = stubborn();
    server_->shutdown(seconds(20), done());
    server_.reset();
    EXPECT_EQ(done_, 1);
    EXPECT_TRUE(peer.ended());
    EXPECT_EQ(served_.closed, 0);

    server_.emplace(loop());
    served_ = {};
    serve_echo();
    raw_peer second = stubborn();
    server_->shutdown(seconds(20), done());
    way_->destroy_loop();
    EXPECT_EQ(done_, 2);
    EXPECT_TRUE(second.ended());
    EXPECT_EQ(served_.closed, 0);
}

TEST_P(endpoint_shutdown, done_may_destroy_the_endpoint_while_the_loop_is_destroyed) {
    serve_echo();
    raw_peer peer = stubborn();
    server_->shutdown(seconds(20), [this] {
        ++done_;
        server_.reset();
    });
    way_->destroy_loop();
    EXPECT_EQ(done_, 1);
    EXPECT_TRUE(peer.ended());
}

TEST_P(endpoint_shutdown, is_not_needed_stop_aborts_all_and_tells_them) {
    serve_echo();
    open_one();
    server_->stop();
    EXPECT_FALSE(server_->is_listening());
    EXPECT_EQ(served_.closed, 0) << "reported from inside the call";
    ASSERT_TRUE(run_until([&] { return served_.ended() && outbound_.ended(); }));
    EXPECT_EQ(served_.why.error, errc::aborted);
    EXPECT_EQ(served_.why.began, side::local);
    EXPECT_EQ(served_.why.phase, phase::websocket);
    EXPECT_EQ(outbound_.closed, 1);
    EXPECT_TRUE(outbound_.why.error) << outbound_.why;
    EXPECT_TRUE(run_until([&] { return loop().work_count() == 0; }));
}

TEST_P(endpoint_shutdown, is_not_needed_destroying_a_server_drops_its_connections) {
    serve_echo();
    open_one();
    server_.reset();
    ASSERT_TRUE(run_until([&] { return outbound_.ended(); }));
    EXPECT_EQ(served_.closed, 0);
    EXPECT_EQ(outbound_.closed, 1);
    EXPECT_TRUE(outbound_.why.error);
    EXPECT_EQ(outbound_.why.phase, phase::websocket);
}

TEST_P(endpoint_shutdown, endpoints_can_be_moved_with_all_that_they_hold) {
    serve_echo();
    open_one();
    server moved_server{std::move(*server_)};
    client moved_client{std::move(*client_)};
    server_.reset();
    client_.reset();
    EXPECT_TRUE(moved_server.is_listening());
    EXPECT_EQ(moved_server.connection_count(), 1);
    EXPECT_EQ(moved_client.connection_count(), 1);

    server_.emplace(loop());
    client_.emplace(loop());
    *server_ = std::move(moved_server);
    *client_ = std::move(moved_client);
    EXPECT_EQ(client_->connection_count(), 1);
    expect_echo(url());
    client_->for_each([](connection& one) { one.close(); });
    EXPECT_TRUE(run_until([&] { return outbound_.ended(); }));
    EXPECT_TRUE(outbound_.why.clean());
}

TEST_P(endpoint_shutdown, endpoints_outlive_their_loop) {
    serve_echo();
    open_one();
    const auto handle = client_->connect(url(), {});
    way_->destroy_loop();
    EXPECT_EQ(server_->connection_count(), 0);
    EXPECT_EQ(client_->connection_count(), 0);
    EXPECT_FALSE(server_->is_listening());
    EXPECT_EQ(handle.send("nobody"), send_result::closed);
    EXPECT_FALSE(handle.close());
    EXPECT_EQ(served_.closed + outbound_.closed, 0);

    EXPECT_EQ(server_->listen("127.0.0.1", 0).error(), errc::gone);
    client_->connect(url(), outbound_.observe());
    server_->shutdown(seconds(20), done());
    client_->shutdown(seconds(20), done());
    server_.reset();
    client_.reset();
    EXPECT_EQ(done_, 2);
}

WEFT_IN_EVERY_WAY(endpoint_shutdown);

} // namespace
} // namespace weft::testing
