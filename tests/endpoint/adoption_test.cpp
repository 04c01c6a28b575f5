// SPDX-License-Identifier: MIT
// Sockets, bytes and requests that somebody else has opened, read and parsed.
#include <fcntl.h>

#include <array>

#include "endpoint/endpoint_fixture.hpp"
#include "endpoint/raw_peer.hpp"

#include "support/canned_handshake.hpp"
#include "support/frame_builder.hpp"

namespace weft::testing {
namespace {

bool is_open(int descriptor) {
    return ::fcntl(descriptor, F_GETFD) >= 0;
}

class endpoint_adoption : public endpoint {
protected:
    void SetUp() override {
        endpoint::SetUp();
        server_->route("/chat", served_.observe({.message = [](connection& one, message m) {
                           one.send(m);
                       }}));
    }

    void TearDown() override {
        for (auto* one : {&peer_, &ours_, &listening_}) one->close();
        endpoint::TearDown();
    }

    /// A client, and the socket that an application has accepted for it.
    void meet() {
        listening_ = raw_peer::listening();
        peer_ = raw_peer::connected_to(listening_.port());
        ASSERT_TRUE(run_until([&] { return ours_.accept_from(listening_); }));
    }

    /// The head of what the peer has sent, read and parsed by somebody else; and what follows it.
    std::pair<http_request, std::string> read_request() {
        const auto& text = ours_.received();
        EXPECT_TRUE(run_until([&] {
            ours_.received();
            return text.find("\r\n\r\n") != std::string::npos;
        }));
        http_head_parser parser{http_kind::request};
        const auto used = parser.feed(std::as_bytes(std::span(text)));
        EXPECT_EQ(parser.status(), http_head_parser::state::done);
        return {parser.take_request(), text.substr(used)};
    }

    void expect_echo_of(std::string_view word) {
        const auto frame = to_text(frame_builder{role::server}.text(word));
        EXPECT_TRUE(run_until([&] { return peer_.received().ends_with(frame); }))
            << peer_.received();
        EXPECT_TRUE(peer_.received().starts_with("HTTP/1.1 101 "));
    }

    static std::string masked(std::string_view word) {
        return to_text(frame_builder{role::client}.text(word));
    }

    raw_peer listening_, peer_, ours_;
};

TEST_P(endpoint_adoption, of_a_listener) {
    raw_peer listening = raw_peer::listening();
    port_ = listening.port();
    const auto where = server_->adopt_listener(listening.descriptor());
    ASSERT_TRUE(where) << where.error().message();
    const int descriptor = listening.release();
    EXPECT_EQ(where->port(), port_);
    EXPECT_EQ(server_->listening_at().back(), *where);
    expect_echo(url("/chat"));
    EXPECT_TRUE(server_->stop_listening(*where));
    EXPECT_FALSE(is_open(descriptor));
}

TEST_P(endpoint_adoption, of_a_listener_that_another_server_has_released) {
    serve_echo();
    expect_echo(url());
    const auto where = server_->listening_at().back();
    const auto released = server_->release_listener(where);
    ASSERT_TRUE(released);
    EXPECT_FALSE(server_->is_listening());
    EXPECT_EQ(server_->release_listener(where).error(), errc::bad_argument);
    ending waiting;
    client_->connect(url(), waiting.observe({.open = [](connection& peer) { peer.close(); }}));
    bool turned = false;
    loop().post([&] { turned = true; });
    ASSERT_TRUE(run_until([&] { return turned; }));
    EXPECT_FALSE(waiting.ended()) << "it waits in the socket";
    server other{loop()};
    other.route("/echo", {.message = [](connection& peer, message m) { peer.send(m); }});
    ASSERT_EQ(*other.adopt_listener(*released), where);
    EXPECT_TRUE(run_until([&] { return waiting.ended(); }));
    EXPECT_EQ(waiting.opened, 1);
    expect_echo(url());
}

TEST_P(endpoint_adoption, of_a_socket_file_that_stays_when_it_is_released) {
    const auto file = ::testing::TempDir() + "weft-released-" + std::to_string(::getpid());
    const auto where = server_->listen("unix:" + file);
    ASSERT_TRUE(where);
    const auto released = server_->release_listener(*where);
    ASSERT_TRUE(released);
    EXPECT_TRUE(is_open(*released));
    EXPECT_EQ(::access(file.c_str(), F_OK), 0);
    ::close(*released);
    EXPECT_EQ(::unlink(file.c_str()), 0);
}

TEST_P(endpoint_adoption, of_a_connected_socket_with_bytes_that_were_read) {
    meet();
    const auto all = canned_request() + masked("hello");
    const std::size_t early = all.size() / 2;
    peer_.send(std::string_view(all).substr(0, early));
    ASSERT_TRUE(run_until([&] { return ours_.received().size() == early; }));
    const auto adopted =
        server_->adopt(ours_.descriptor(), std::as_bytes(std::span(ours_.received())));
    ASSERT_TRUE(adopted) << adopted.error().message();
    static_cast<void>(ours_.release());
    EXPECT_EQ((*adopted)->remote_address().host(), "127.0.0.1");
    peer_.send(std::string_view(all).substr(early));
    expect_echo_of("hello");
}

TEST_P(endpoint_adoption, of_more_sockets_than_one_address_may_have_if_it_is_a_proxys) {
    server_->limits({.connections_per_address_max = 1});
    const auto adopt_one = [&](raw_peer& peer) {
        meet();
        peer = std::move(peer_);
        const auto adopted = server_->adopt(ours_.descriptor());
        if (adopted) static_cast<void>(ours_.release());
        return adopted ? std::error_code() : adopted.error();
    };
    std::array<raw_peer, 4> peers;
    EXPECT_FALSE(adopt_one(peers[0]));
    EXPECT_EQ(adopt_one(peers[1]), errc::too_many_from_address);
    ASSERT_TRUE(server_->trust({.peers = {"127.0.0.1"}, .forwarded_for = true}));
    EXPECT_FALSE(adopt_one(peers[2]));
    EXPECT_FALSE(adopt_one(peers[3]));
    for (auto& peer : peers) peer.close();
}

TEST_P(endpoint_adoption, of_a_request_that_somebody_else_has_parsed) {
    meet();
    peer_.send(canned_request() + masked("early"));
    auto [request, rest] = read_request();
    const auto accepted = server_->accept(ours_.descriptor(), std::move(request),
                                          std::as_bytes(std::span(rest)));
    ASSERT_TRUE(accepted) << accepted.error().message();
    static_cast<void>(ours_.release());
    expect_echo_of("early");
    peer_.send(masked("late"));
    expect_echo_of("late");
}

TEST_P(endpoint_adoption, of_a_request_over_a_stream) {
    auto [servers_end, clients_end] = memory_pipe(loop().driver(), loop().driver());
    std::unique_ptr<stream> end = std::move(servers_end);
    EXPECT_EQ(server_->accept(std::move(end), *http_request::make("GET", "/chat", {})).error(),
              errc::bad_host);
    ASSERT_TRUE(end) << "left to its owner";
    http_fields headers{{"Host", "x"},
                        {"Upgrade", "websocket"},
                        {"Connection", "Upgrade"},
                        {"Sec-WebSocket-Version", "13"},
                        {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
    ASSERT_TRUE(server_->accept(std::move(end), *http_request::make("GET", "/chat", headers)));
    EXPECT_TRUE(run_until([&] { return served_.opened == 1; }));
}

TEST_P(endpoint_adoption, leaves_what_is_no_upgrade_to_the_other_server) {
    meet();
    peer_.send("GET /chat HTTP/1.1\r\nHost: x\r\n\r\n");
    auto [request, rest] = read_request();
    const auto accepted = server_->accept(ours_.descriptor(), std::move(request));
    ASSERT_EQ(accepted.error(), errc::bad_upgrade);
    ours_.send(*serialize(refusal(accepted.error())));
    EXPECT_TRUE(run_until([&] { return peer_.received().starts_with("HTTP/1.1 426 "); }));
    EXPECT_EQ(server_->connection_count(), 0U);
}

TEST_P(endpoint_adoption, of_a_clients_socket) {
    listen();
    peer_ = raw_peer::connected_to(port_);
    ending outbound;
    std::string received;
    const auto target = *uri::parse("ws://example.org/chat");
    const auto adopted = client_->adopt(
        peer_.descriptor(), target,
        outbound.observe({.open = [](connection& one) { one.send("through a tunnel"); },
                          .message =
                              [&](connection& one, message m) {
                                  received = m.text();
                                  one.close();
                              }}));
    ASSERT_TRUE(adopted) << adopted.error().message();
    static_cast<void>(peer_.release());
    EXPECT_EQ(outbound.opened, 0) << "nothing from inside the call";
    EXPECT_TRUE(run_until([&] { return outbound.ended(); }));
    EXPECT_EQ(received, "through a tunnel");
    EXPECT_TRUE(outbound.why.clean()) << outbound.why;
}

TEST_P(endpoint_adoption, of_a_clients_socket_with_bytes_that_were_read) {
    meet();
    ending outbound;
    const std::string early = "HTTP/1.1 101 Switch";
    const auto adopted = client_->adopt(peer_.descriptor(), *uri::parse("ws://example.org/chat"),
                                        outbound.observe({}), {}, std::as_bytes(std::span(early)));
    ASSERT_TRUE(adopted) << adopted.error().message();
    static_cast<void>(peer_.release());
    const auto& asked = ours_.received();
    ASSERT_TRUE(run_until([&] { return ours_.received().ends_with("\r\n\r\n"); }));
    const std::string answer = canned_response(asked);
    ASSERT_TRUE(answer.starts_with(early));
    ours_.send(std::string_view(answer).substr(early.size()));
    EXPECT_TRUE(run_until([&] { return outbound.opened == 1; }));
}

TEST_P(endpoint_adoption, takes_nothing_on_error) {
    meet();
    const auto target = *uri::parse("ws://example.org/chat");
    const auto request = *http_request::make("GET", "/chat", {{"Host", "x"}});
    const int listening = listening_.descriptor();
    const int connected = ours_.descriptor();
    EXPECT_EQ(server_->adopt_listener(connected).error(), errc::bad_argument);
    EXPECT_EQ(server_->adopt(listening).error(), errc::bad_argument);
    EXPECT_EQ(server_->accept(listening, request).error(), errc::bad_argument);
    EXPECT_EQ(client_->adopt(listening, target, {}).error(), errc::bad_argument);
    EXPECT_EQ(client_->adopt(connected, *uri::parse("wss://example.org/"), {}).error(),
              errc::no_tls);
    EXPECT_EQ(server_->adopt_listener(-1).error(), std::errc::bad_file_descriptor);
    EXPECT_EQ(server_->adopt(-1).error(), std::errc::bad_file_descriptor);
    EXPECT_EQ(server_->listen_activated().error(), errc::not_activated);
    way_->destroy_loop();
    EXPECT_EQ(server_->adopt_listener(listening).error(), errc::gone);
    EXPECT_EQ(server_->adopt(connected).error(), errc::gone);
    EXPECT_EQ(server_->accept(connected, request).error(), errc::gone);
    EXPECT_EQ(client_->adopt(connected, target, {}).error(), errc::gone);
    EXPECT_TRUE(is_open(listening));
    EXPECT_TRUE(is_open(connected));
}

TEST_P(endpoint_adoption, ends_with_the_server) {
    meet();
    ASSERT_TRUE(server_->adopt(ours_.descriptor()));
    static_cast<void>(ours_.release());
    server_.reset();
    EXPECT_TRUE(run_until([&] { return peer_.ended(); }));
}

WEFT_IN_EVERY_WAY(endpoint_adoption);

} // namespace
} // namespace weft::testing
