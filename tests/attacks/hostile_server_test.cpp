// SPDX-License-Identifier: MIT
// A client at the mercy of its server: answers without end, answers to questions that were not
// asked, frames that a server must not send. The connecting or the connection ends with its reason.
#include "attacks/attack_fixture.hpp"

namespace weft::testing {
namespace {

class hostile_server : public attack {
protected:
    void SetUp() override {
        attack::SetUp();
        listener_ = raw_peer::listening();
    }

    void TearDown() override {
        peer_.close();
        listener_.close();
        attack::TearDown();
    }

    /// Connects the attacker and answers the request with `words`.
    void answer(const std::string& words) {
        connect();
        ASSERT_TRUE(run_until([&] { return peer_.received().ends_with("\r\n\r\n"); }));
        peer_.send(words);
    }

    /// The same with a handshake that is in order and `frames` behind it.
    void open_and_send(std::string_view frames) {
        connect_options options;
        options.connection.timeouts.close = 50ms;
        connect(options);
        ASSERT_TRUE(run_until([&] { return peer_.received().ends_with("\r\n\r\n"); }));
        peer_.send(canned_response(peer_.received()) + std::string(frames));
        ASSERT_TRUE(run_until([&] { return outbound_.opened == 1 || outbound_.ended(); }));
    }

    void connect(const connect_options& options = {}) {
        outbound_ = {};
        peer_ = {};
        const auto target = "ws://127.0.0.1:" + std::to_string(listener_.port()) + "/";
        client_->connect(
            target, outbound_.observe({.message = [this](connection&, message) { ++messages_; }}),
            options);
        ASSERT_TRUE(run_until([&] { return peer_.accept_from(listener_); }));
    }

    void expect_failure(std::error_code error, side began, phase at, int status = 0) {
        ASSERT_TRUE(run_until([&] { return outbound_.ended(); }));
        EXPECT_EQ(outbound_.why.error, error) << outbound_.why;
        EXPECT_EQ(outbound_.why.began, began) << outbound_.why;
        EXPECT_EQ(outbound_.why.phase, at) << outbound_.why;
        EXPECT_EQ(outbound_.why.http_status, status) << outbound_.why;
        EXPECT_EQ(outbound_.closed, outbound_.opened);
        EXPECT_EQ(outbound_.closed + outbound_.failed, 1);
        EXPECT_EQ(messages_, 0);
        ASSERT_TRUE(run_until([&] { return client_->connection_count() == 1; }));
    }

    /// Sends `unit` until nobody takes it any more.
    void pour_until_refused(const std::string& unit) {
        torrent endless(peer_, unit, 1'000'000);
        EXPECT_TRUE(run_until([&] { return endless.pour(); }));
        EXPECT_TRUE(endless.refused()) << "all of it was taken";
    }

    raw_peer listener_;
    raw_peer peer_;
    ending outbound_;
    int messages_ = 0;
    frame_builder frames_{role::server};
};

TEST_F(hostile_server, with_a_header_without_end) {
    answer("HTTP/1.1 101 Switching Protocols\r\nX: ");
    pour_until_refused(std::string(65536, 'y'));
    expect_failure(errc::header_too_large, side::local, phase::http);
    expect_memory_within(1024 * 1024);
}

TEST_F(hostile_server, with_headers_without_end) {
    answer("HTTP/1.1 101 Switching Protocols\r\n");
    pour_until_refused(many(1000, [] { return to_bytes("X: y\r\n"); }));
    expect_failure(errc::too_many_headers, side::local, phase::http);
    expect_memory_within(1024 * 1024);
}

TEST_F(hostile_server, with_interim_answers_without_end) {
    answer("HTTP/1.1 100 Continue\r\n\r\n");
    pour_until_refused(many(1000, [] { return to_bytes("HTTP/1.1 100 Continue\r\n\r\n"); }));
    expect_failure(errc::not_upgraded, side::peer, phase::http, 100);
    expect_memory_within(1024 * 1024);
}

TEST_F(hostile_server, with_a_body_without_end) {
    answer("HTTP/1.1 200 OK\r\n\r\n");
    pour_until_refused(std::string(65536, 'y'));
    expect_failure(errc::not_upgraded, side::peer, phase::http, 200);
    expect_memory_within(1024 * 1024);
}

TEST_F(hostile_server, that_speaks_before_it_is_asked) {
    for (const std::string banner : {"220 mail.example.org ESMTP\r\n", "SSH-2.0-OpenSSH_9.2\r\n",
                                     "\r\n", "HTTP/1.1 101 Switching\n", "\x81\x05hello"}) {
        connect();
        peer_.send(banner);
        expect_failure(errc::bad_response, side::peer, phase::http);
    }
    // A complete answer to another key.
    connect();
    peer_.send(canned_response(canned_request()));
    expect_failure(errc::bad_accept, side::peer, phase::http, 101);
}

// The accept key unchecked, in several libraries
TEST_F(hostile_server, that_does_not_know_the_key) {
    for (const std::string accept : {"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n",
                                     "Sec-WebSocket-Accept: \r\n", ""}) {
        answer("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
               "Connection: Upgrade\r\n" +
               accept + "\r\n" + to_text(frames_.text("not to be received")));
        expect_failure(errc::bad_accept, side::peer, phase::http, 101);
    }
}

TEST_F(hostile_server, that_masks_its_frames) {
    open_and_send(to_text(frame_builder(role::client).text("x")));
    expect_failure(errc::bad_mask, side::peer, phase::websocket);
    EXPECT_EQ(outbound_.why.code(), close_code::protocol_error);
}

TEST_F(hostile_server, that_announces_more_than_it_sends) {
    open_and_send(to_text(frames_.header(fin | 0x2, 127, ~0ULL >> 1)));
    expect_failure(errc::message_too_big, side::local, phase::websocket);
    open_and_send(to_text(frames_.header(fin | 0x2, 127, 1ULL << 63)));
    expect_failure(errc::bad_length, side::peer, phase::websocket);
    expect_memory_within(64 * 1024);
}

TEST_F(hostile_server, with_fragments_without_end) {
    open_and_send(to_text(frames_.begin_text("")));
    pour_until_refused(many(1000, [&] { return frames_.part(""); }));
    expect_failure(errc::too_many_fragments, side::local, phase::websocket);
    expect_memory_within(2 * 1024 * 1024);
}

TEST_F(hostile_server, with_pings_without_end_whose_answers_it_does_not_read) {
    open_and_send({});
    torrent pings(peer_, many(1000, [&] { return frames_.ping(std::string(125, 'x')); }), 100);
    ASSERT_TRUE(run_until([&] { return pings.pour(); }));
    EXPECT_EQ(pings.left(), 0U);
    EXPECT_FALSE(outbound_.ended()) << outbound_.why;
    peer_.send(to_text(frames_.close(1000)));
    ASSERT_TRUE(run_until([&] { return outbound_.ended(); }));
    EXPECT_EQ(messages_, 0);
    expect_memory_within(2 * 1024 * 1024);
}

} // namespace
} // namespace weft::testing
