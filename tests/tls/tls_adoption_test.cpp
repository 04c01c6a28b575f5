// SPDX-License-Identifier: MIT
// TLS on sockets that somebody else has opened, and perhaps read from.
#include <fcntl.h>
#include <sys/socket.h>

#include "endpoint/raw_peer.hpp"
#include "support/descriptors.hpp"
#include "support/out_of_memory.hpp"
#include "tls_endpoints.hpp"

namespace weft {
namespace {

using testing::fail_each_allocation;
using testing::raw_peer;
using testing::scarce_memory;

class tls_adoption : public tls_endpoints {
protected:
    /// A client that has connected a socket in the test's hands; it echoes once it is open.
    void begin_connect() {
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
    EXPECT_EQ(connect(client_that_trusts(local_certificate())).answer, "hello");
}

TEST_F(tls_adoption, of_a_connected_socket) {
    serve();
    begin_connect();
    ASSERT_TRUE(server.adopt(ours_.release(), {}, tls));
    expect_answer();
}

TEST_F(tls_adoption, of_a_connected_socket_with_bytes_that_were_read) {
    serve();
    begin_connect();
    until([&] { return !ours_.received().empty(); });
    const std::string hello = ours_.received(); // TLS's, or what has come of it
    ASSERT_TRUE(server.adopt(ours_.release(), std::as_bytes(std::span(hello)), tls));
    expect_answer();
}

/// Bytes from before the handshake must not count as if they had come through it.
TEST_F(tls_adoption, believes_nothing_that_was_read_before_the_handshake) {
    serve();
    begin_connect();
    const std::string request = "GET /echo HTTP/1.1\r\nHost: localhost\r\n\r\n";
    ASSERT_TRUE(server.adopt(ours_.release(), std::as_bytes(std::span(request)), tls));
    until([&] { return !server_failed.empty(); });
    EXPECT_EQ(server_failed.front().error, tls_error::http_request) << server_failed.front();
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
    EXPECT_EQ(failed->error, tls_error::http_answer) << *failed;
    EXPECT_EQ(failed->phase, phase::tls);
}

/// With each allocation failing in turn, a socket is taken, or it is not and stays open.
template <class Adopt>
void take_all_or_nothing(Adopt&& adopt) {
    fail_each_allocation([&](scarce_memory& memory) {
        int ends[2];
        ASSERT_EQ(testing::open_socket_pair(SOCK_STREAM, ends), 0);
        {
            event_loop loop;
            if (adopt(loop, memory, ends[0])) ends[0] = -1;
            EXPECT_TRUE(ends[0] < 0 || ::fcntl(ends[0], F_GETFD) >= 0) << "it was closed";
        }
        for (const int end : ends) {
            if (end >= 0) ::close(end);
        }
    });
}

const auto read_before = std::as_bytes(std::span("read before"));

TEST(tls_adoption_allocation, of_a_servers_socket) {
    const auto tls = *server_under_test::create({.certificates = {local_certificate()}});
    take_all_or_nothing([&](event_loop& loop, scarce_memory& memory, int descriptor) {
        server here(loop);
        return memory.during([&] { static_cast<void>(here.adopt(descriptor, read_before, tls)); });
    });
    take_all_or_nothing([&](event_loop& loop, scarce_memory& memory, int descriptor) {
        raw_server here(loop, {});
        return memory.during([&] { static_cast<void>(here.adopt(descriptor, read_before, tls)); });
    });
}

TEST(tls_adoption_allocation, of_a_clients_socket) {
    const std::shared_ptr<secure_layer> tls = client_that_trusts(local_certificate());
    const auto target = *uri::parse("wss://localhost/");
    take_all_or_nothing([&](event_loop& loop, scarce_memory& memory, int descriptor) {
        client here(loop);
        here.tls(tls);
        return memory.during([&] {
            static_cast<void>(here.adopt(descriptor, target, {}, {}, read_before));
        });
    });
    take_all_or_nothing([&](event_loop& loop, scarce_memory& memory, int descriptor) {
        raw_client here(loop);
        return memory.during([&] {
            static_cast<void>(here.adopt(descriptor, {}, {}, read_before, tls, "localhost"));
        });
    });
}

} // namespace
} // namespace weft
