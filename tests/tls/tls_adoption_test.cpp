// SPDX-License-Identifier: MIT
// TLS on sockets that somebody else has opened, and perhaps read from.
#include <fcntl.h>

#include "endpoint/raw_peer.hpp"
#include "tls_endpoints.hpp"

namespace weft {
namespace {

using testing::raw_peer;

class tls_adoption : public tls_endpoints {
protected:
    /// A client that has dialled a socket in the test's hands; it echoes once it is open.
    void begin_dial() {
        listening_ = raw_peer::listening();
        client.connect("wss://localhost:" + std::to_string(listening_.port()) + "/echo", {
            .open = [](connection& peer) { peer.send("hello"); },
            .message = [this](connection& peer, message what) {
                answer_ = what.text();
                peer.close();
            },
        }, {.tls = client_that_trusts(local_certificate())});
        until([&] { return ours_.accept_from(listening_); });
    }

    void expect_answer() {
        until([&] { return client.connection_count() == 0; });
        EXPECT_EQ(answer_, "hello");
    }

    raw_peer listening_, ours_;
    std::string answer_;
};

TEST_F(tls_adoption, of_a_listener) {
    serve();
    listening_ = raw_peer::listening();
    port = listening_.port();
    ASSERT_TRUE(server.adopt_listener(listening_.release(), {.tls = tls}));
    EXPECT_EQ(dial(client_that_trusts(local_certificate())).answer, "hello");
}

TEST_F(tls_adoption, of_a_connected_socket) {
    serve();
    begin_dial();
    ASSERT_TRUE(server.adopt(ours_.release(), {}, tls));
    expect_answer();
}

TEST_F(tls_adoption, of_a_connected_socket_with_bytes_that_were_read) {
    serve();
    begin_dial();
    until([&] { return !ours_.received().empty(); });
    const std::string hello = ours_.received(); // TLS's, or what has come of it
    ASSERT_TRUE(server.adopt(ours_.release(), std::as_bytes(std::span(hello)), tls));
    expect_answer();
}

/// Bytes from before the handshake must not count as if they had come through it.
TEST_F(tls_adoption, believes_nothing_that_was_read_before_the_handshake) {
    serve();
    begin_dial();
    const std::string request = "GET /echo HTTP/1.1\r\nHost: localhost\r\n\r\n";
    ASSERT_TRUE(server.adopt(ours_.release(), std::as_bytes(std::span(request)), tls));
    until([&] { return !server_failed.empty(); });
    EXPECT_EQ(server_failed.front().error, tls_error::not_tls) << server_failed.front();
}

TEST_F(tls_adoption, of_a_clients_socket) {
    serve();
    auto peer = raw_peer::connected_to(port);
    bool opened = false;
    ASSERT_TRUE(client.adopt(peer.release(), *uri::parse("wss://localhost/echo"),
                             {.open = [&](connection&) { opened = true; }},
                             {.tls = client_that_trusts(local_certificate())}));
    until([&] { return opened; });
}

TEST_F(tls_adoption, believes_no_server_before_the_handshake) {
    listening_ = raw_peer::listening();
    auto peer = raw_peer::connected_to(listening_.port());
    const std::string answer = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
    std::optional<report> failed;
    ASSERT_TRUE(client.adopt(peer.release(), *uri::parse("wss://localhost/echo"),
                             {.fail = [&](const report& why) { failed = why; }},
                             {.tls = client_that_trusts(local_certificate())},
                             std::as_bytes(std::span(answer))));
    until([&] { return failed.has_value(); });
    EXPECT_EQ(failed->error, tls_error::not_tls) << *failed;
    EXPECT_EQ(failed->phase, phase::tls);
}

} // namespace
} // namespace weft
