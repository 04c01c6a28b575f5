// SPDX-License-Identifier: MIT
// Who was at the other end: known in `close` and `fail`, and to who reads a report, whatever has
// ended the connection. What a server answered instead of a WebSocket.
#include "endpoint/raw_fixture.hpp"
#include "endpoint/raw_peer.hpp"

namespace weft::testing {
namespace {

constexpr std::string_view upgrade_of_who =
    "GET /who HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
constexpr std::string_view close_frame_without_code{"\x88\x80\0\0\0\0", 6};

void reset(raw_peer& peer) {
    const linger at_once{1, 0};
    ::setsockopt(peer.descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    peer.close();
}

class endpoint_who_was_it : public raw_endpoint {
protected:
    /// What `open` and `close` have seen.
    struct seen {
        std::string remote_at_open, local_at_open, remote, local, in_report;
        report why;
        bool ended = false;
    };

    void serve_who(handlers more = {}, connection_options options = {}) {
        more.open = [this, next = std::move(more.open)](connection& peer) mutable {
            saw_.remote_at_open = peer.remote_address().str();
            saw_.local_at_open = peer.local_address().str();
            if (next) next(peer);
        };
        more.close = [this](connection& peer, const report& why) {
            saw_.remote = peer.remote_address().str();
            saw_.local = peer.local_address().str();
            saw_.in_report = why.remote_address().str();
            saw_.why = why;
            saw_.ended = true;
        };
        server_->route("/who", std::move(more), {options, {}});
        server_->on_fail([this](const report& why) {
            saw_.why = why;
            saw_.ended = true;
        });
        listen();
    }

    raw_peer opened() {
        raw_peer peer = raw_peer::connected_to(port_);
        peer.send(upgrade_of_who);
        EXPECT_TRUE(run_until([&] { // a ping may have followed the answer
            return peer.received().find("\r\n\r\n") != std::string::npos;
        }));
        return peer;
    }

    void expect_known(std::string_view how) {
        ASSERT_TRUE(run_until([&] { return saw_.ended; })) << how;
        EXPECT_TRUE(saw_.remote_at_open.starts_with("127.0.0.1:")) << saw_.remote_at_open;
        EXPECT_EQ(saw_.remote, saw_.remote_at_open) << how;
        EXPECT_EQ(saw_.local, saw_.local_at_open) << how;
        EXPECT_EQ(saw_.in_report, saw_.remote_at_open) << how;
        EXPECT_EQ(saw_.why.local_address().str(), saw_.local_at_open) << how;
        EXPECT_TRUE(to_string(saw_.why).ends_with("; peer " + saw_.remote_at_open)) << saw_.why;
        saw_ = {};
    }

    seen saw_;
};

TEST_P(endpoint_who_was_it, is_known_however_the_peer_has_ended_it) {
    serve_who();
    raw_peer peer = opened();
    peer.send(close_frame_without_code);
    expect_known("close frame");
    peer = opened();
    peer.send(close_frame_without_code);
    reset(peer);
    expect_known("close frame and reset");
    peer = opened();
    peer.close();
    expect_known("end of the stream");
    peer = opened();
    reset(peer);
    expect_known("reset");
}

TEST_P(endpoint_who_was_it, is_known_however_this_side_has_ended_it) {
    connection_options options;
    options.timeouts.ping_interval = options.timeouts.pong = std::chrono::milliseconds(20);
    serve_who({}, options);
    raw_peer silent = opened();
    expect_known("pong timeout");
    silent = opened();
    server_->for_each([](connection& one) { one.abort(); });
    expect_known("abort");
    silent = opened();
    server_->stop();
    expect_known("stop");
}

TEST_P(endpoint_who_was_it, is_known_when_writing_meets_the_reset) {
    serve_who();
    raw_peer peer = opened();
    reset(peer);
    server_->for_each([](connection& one) { one.send(std::string(100'000, 'x')); });
    expect_known("broken pipe");
}

TEST_P(endpoint_who_was_it, is_reported_for_those_that_never_opened) {
    serve_who();
    raw_peer peer = raw_peer::connected_to(port_);
    const auto from = "127.0.0.1:" + std::to_string(peer.port());
    peer.send("rubbish\r\n\r\n");
    ASSERT_TRUE(run_until([&] { return saw_.ended; }));
    EXPECT_EQ(saw_.why.remote_address().str(), from);
    EXPECT_TRUE(to_string(saw_.why).ends_with("; peer " + from)) << saw_.why;
    saw_ = {};
    peer = raw_peer::connected_to(port_);
    ASSERT_TRUE(run_until([&] { return server_->connection_count() == 1; }));
    const auto next = "127.0.0.1:" + std::to_string(peer.port());
    reset(peer);
    ASSERT_TRUE(run_until([&] { return saw_.ended; }));
    EXPECT_EQ(saw_.why.remote_address().str(), next);
}

TEST_P(endpoint_who_was_it, is_reported_for_raw_connections) {
    std::string at_open;
    std::string at_close;
    served_ = {};
    serve(served_.noted({.open = [&](raw_connection& one) { at_open = one.remote_address().str(); },
                         .close = [&](raw_connection& one, const report&) {
                             at_close = one.remote_address().str();
                         }}));
    raw_peer peer = raw_peer::connected_to(port_);
    ASSERT_TRUE(run_until([&] { return served_.open; }));
    reset(peer);
    ASSERT_TRUE(run_until([&] { return served_.ended(); }));
    EXPECT_EQ(at_close, at_open);
    EXPECT_EQ(served_.why.remote_address().str(), at_open);
    EXPECT_TRUE(to_string(served_.why).ends_with("; peer " + at_open)) << served_.why;
}

TEST_P(endpoint_who_was_it, is_what_a_client_tried) {
    const auto port = std::to_string(raw_peer::listening().port());
    auto why = failure_of("ws://localhost:" + port + "/");
    EXPECT_EQ(why.target(), "localhost:" + port);
    EXPECT_EQ(why.remote_address().port(), std::stoi(port));
    EXPECT_NE(to_string(why).find("; peer localhost:" + port + " at "), std::string::npos) << why;

    connect_options options;
    options.proxy = "http://user:secret@127.0.0.1:" + port;
    why = failure_of("ws://server.example/", options);
    EXPECT_EQ(why.error, std::errc::connection_refused);
    const auto where = "127.0.0.1:" + port;
    EXPECT_TRUE(to_string(why).ends_with("; peer proxy " + where + " at " + where)) << why;

    raw_ending raw;
    connector_->connect("tcp://127.0.0.1:" + port, raw.noted());
    ASSERT_TRUE(run_until([&] { return raw.ended(); }));
    EXPECT_EQ(raw.why.remote_address().str(), "127.0.0.1:" + port);
    EXPECT_EQ(raw.why.target(), "tcp://127.0.0.1:" + port);
}

TEST_P(endpoint_who_was_it, is_what_a_client_was_waiting_for) {
    raw_peer full = raw_peer::listening(0);
    const raw_peer first = raw_peer::connected_to(full.port());
    connect_options options;
    options.connect_timeout = std::chrono::milliseconds(30);
    const auto where = "127.0.0.1:" + std::to_string(full.port());
    const auto why = failure_of("ws://" + where + "/", options);
    EXPECT_EQ(why.error, errc::connect_timeout);
    EXPECT_EQ(why.remote_address().str(), where);
}

// --- what a server answers

class endpoint_refusal : public endpoint {
protected:
    /// How connecting fails at a server that answers with `pieces`, one after another.
    report refused_with(std::vector<std::string> pieces, bool ends = false) {
        const raw_peer listener = raw_peer::listening();
        raw_peer peer;
        ending outbound;
        connect_options options;
        options.connection.timeouts.handshake = std::chrono::milliseconds(500);
        client_->connect("ws://127.0.0.1:" + std::to_string(listener.port()) + "/",
                         outbound.observe(), options);
        EXPECT_TRUE(run_until([&] {
            return peer.accept_from(listener) && peer.received().ends_with("\r\n\r\n");
        }));
        for (const auto& piece : pieces) {
            peer.send(piece);
            bool turned = false;
            loop().post([&] { turned = true; });
            EXPECT_TRUE(run_until([&] { return turned; }));
        }
        if (ends) peer.close();
        EXPECT_TRUE(run_until([&] { return outbound.ended(); }));
        EXPECT_EQ(outbound.why.error, errc::not_upgraded) << outbound.why;
        return outbound.why;
    }
};

TEST_P(endpoint_refusal, has_its_headers_and_its_body) {
    const auto why = refused_with({"HTTP/1.1 503 Busy\r\nRetry-After: 120\r\n"
                                   "WWW-Authenticate: Bearer\r\nContent-Length: 15\r\n\r\n",
                                   "come ", "back later and more"});
    ASSERT_TRUE(why.response());
    EXPECT_EQ(why.http_status, 503);
    EXPECT_EQ(why.response()->status(), 503);
    EXPECT_EQ(why.response()->header("Retry-After"), "120");
    EXPECT_EQ(why.response()->header("WWW-Authenticate"), "Bearer");
    EXPECT_EQ(why.response_body(), "come back later");
}

TEST_P(endpoint_refusal, has_the_beginning_of_a_long_body) {
    const auto why = refused_with({"HTTP/1.1 403 No\r\nContent-Length: 100000\r\n\r\n" +
                                   std::string(20'000, 'x')});
    EXPECT_EQ(why.response_body(), std::string(4096, 'x'));
}

TEST_P(endpoint_refusal, has_what_has_come_of_a_body_that_ends_early) {
    const std::string head = "HTTP/1.1 403 No\r\nContent-Length: 100\r\n\r\n";
    EXPECT_EQ(refused_with({head + "some"}, true).response_body(), "some");
    EXPECT_EQ(refused_with({head + "slow"}).response_body(), "slow");
}

TEST_P(endpoint_refusal, has_its_body_without_the_chunks) {
    const auto why = refused_with({"HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\n",
                                   "5\r\nwho a\r\n7;x=y\r\nre you?\r\n0\r\n\r\n"});
    EXPECT_EQ(why.response_body(), "who are you?");

    // Sizes near the largest add up to nothing more than has come.
    std::string hostile = "HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 300; ++i) hostile += "fffffffffffffffe\r\n";
    EXPECT_LE(refused_with({hostile}).response_body().size(), 4096U);
}

TEST_P(endpoint_refusal, of_no_length_does_not_wait) {
    EXPECT_EQ(refused_with({"HTTP/1.1 404 No\r\n\r\n"}).response_body(), "");
    EXPECT_EQ(refused_with({"HTTP/1.1 404 No\r\n\r\nhere"}).response_body(), "here");
    const auto moved = refused_with({"HTTP/1.1 302 There\r\nLocation: /x\r\n"
                                     "Content-Length: 5\r\n\r\n"});
    EXPECT_EQ(moved.response()->header("Location"), "/x");
}

WEFT_IN_EVERY_WAY(endpoint_who_was_it);
WEFT_IN_EVERY_WAY(endpoint_refusal);

} // namespace
} // namespace weft::testing
