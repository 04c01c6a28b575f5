// SPDX-License-Identifier: MIT
// The report of each way in which connecting fails.
#include <functional>

#include <sys/un.h>
#include <unistd.h>

#include "endpoint/endpoint_fixture.hpp"
#include "endpoint/raw_peer.hpp"

#include "support/canned_handshake.hpp"

namespace weft::testing {
namespace {

class endpoint_connect_failure : public endpoint {
protected:
    /// A server in the test's hand answers the request with `answer(request)`, and then ends the
    /// stream if that is wanted.
    report failure_at(const std::function<std::string(const std::string&)>& answer,
                      bool ends = false, connect_options options = {}) {
        const raw_peer listener = raw_peer::listening();
        raw_peer peer;
        bool answered = false;
        ending outbound;
        client_->connect("ws://127.0.0.1:" + std::to_string(listener.port()) + "/",
                         outbound.observe(), std::move(options));
        EXPECT_TRUE(run_until([&] {
            if (peer.accept_from(listener) && !answered &&
                peer.received().find("\r\n\r\n") != std::string::npos) {
                answered = true;
                peer.send(answer(peer.received()));
                if (ends) peer.close();
            }
            return outbound.ended();
        }));
        EXPECT_EQ(outbound.failed, 1);
        EXPECT_EQ(outbound.opened, 0);
        return outbound.why;
    }
};

TEST_P(endpoint_connect_failure, tells_that_nobody_listens) {
    listen();
    server_->stop_listening();
    const auto why = failure_of(url());
    EXPECT_EQ(why.error, std::errc::connection_refused);
    EXPECT_EQ(why.phase, phase::connect);
    EXPECT_EQ(why.began, side::system);
    EXPECT_EQ(why.http_status, 0);
}

TEST_P(endpoint_connect_failure, tells_that_nobody_listens_at_localhost_in_either_family) {
    listen();
    server_->stop_listening();
    const auto why = failure_of("ws://localhost:" + std::to_string(port_) + "/");
    EXPECT_EQ(why.error, std::errc::connection_refused);
}

TEST_P(endpoint_connect_failure, tells_that_a_unix_socket_is_not_there) {
    connect_options options;
    options.via = "unix:/nowhere/at/all";
    const auto why = failure_of("ws://example.org/", options);
    EXPECT_EQ(why.error, std::errc::no_such_file_or_directory);
    EXPECT_EQ(why.phase, phase::connect);
    options.via = "unix:@weft-that-nobody-listens-at";
    EXPECT_EQ(failure_of("ws://example.org/", options).error, std::errc::connection_refused);
}

TEST_P(endpoint_connect_failure, tells_a_status) {
    serve_echo();
    const auto why = failure_of(url("/missing"));
    EXPECT_EQ(why.error, errc::not_upgraded);
    EXPECT_EQ(why.http_status, 404);
    EXPECT_EQ(why.phase, phase::http);
    EXPECT_EQ(why.began, side::peer);
}

TEST_P(endpoint_connect_failure, tells_that_no_subprotocol_is_served) {
    route_options chat;
    chat.subprotocol = "chat";
    server_->route("/", {.open = [](connection&) {}}, chat);
    listen();
    connect_options options;
    options.subprotocols = {"mqtt"};
    const auto why = failure_of(url("/"), options);
    EXPECT_EQ(why.error, errc::not_upgraded);
    EXPECT_EQ(why.http_status, 400);
}

TEST_P(endpoint_connect_failure, tells_that_a_subprotocol_was_not_offered) {
    const auto why = failure_at([](const std::string& request) {
        return canned_response(request, "Sec-WebSocket-Protocol: chat\r\n");
    });
    EXPECT_EQ(why.error, errc::unexpected_subprotocol);
    EXPECT_EQ(why.phase, phase::http);
}

TEST_P(endpoint_connect_failure, tells_what_is_wrong_with_a_uri_or_an_option) {
    EXPECT_EQ(failure_of("nonsense").error, errc::bad_uri);
    EXPECT_EQ(failure_of("http://127.0.0.1/").error, errc::unsupported_scheme);
    EXPECT_EQ(failure_of("ws://").error, errc::bad_uri);
    EXPECT_EQ(failure_of("ws://127.0.0.1:65536/").error, errc::bad_uri);
    const auto secure = failure_of("wss://127.0.0.1/");
    EXPECT_EQ(secure.error, errc::no_tls);
    EXPECT_EQ(secure.phase, phase::tls);
    EXPECT_EQ(secure.target(), "127.0.0.1:443");
    loop().resolver({});
    const auto named = failure_of("ws://example.org/");
    EXPECT_EQ(named.error, errc::no_resolver);
    EXPECT_EQ(named.phase, phase::resolve);
    EXPECT_EQ(named.began, side::local);
    EXPECT_EQ(named.target(), "example.org:80");

    serve_echo();
    connect_options options;
    options.headers = {{"X", "a\r\nEvil: yes"}};
    EXPECT_EQ(failure_of(url(), options).error, errc::bad_header);
    options = {};
    options.subprotocols = {"not a token"};
    EXPECT_EQ(failure_of(url(), options).error.category(), error_category());
    options = {};
    options.headers = {{"Connection", "close"}};
    EXPECT_EQ(failure_of(url(), options).error, errc::reserved_header);
    EXPECT_NE(to_string(failure_of(url(), options))
                  .find("reserved: the handshake or HTTP's "
                        "framing sets it (Connection)"),
              std::string::npos);
    options.headers = {{"Sec-WebSocket-Protocol", "chat"}};
    EXPECT_NE(to_string(failure_of(url(), options)).find("use connect_options::subprotocols"),
              std::string::npos);
    for (const char* via : {"nonsense", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", ":80", "unix:",
                            "127.0.0.1:0", "127.0.0.1:65536"}) {
        options = {};
        options.via = via;
        const auto why = failure_of(url(), options);
        EXPECT_EQ(why.error, errc::bad_via) << via;
        EXPECT_EQ(why.target(), via);
    }
}

TEST_P(endpoint_connect_failure, tells_that_connecting_took_too_long) {
    // A backlog of none holds one connection; the next ones wait for a place that never comes.
    const raw_peer listener = raw_peer::listening(0);
    const raw_peer first = raw_peer::connected_to(listener.port());
    connect_options options;
    options.connect_timeout = std::chrono::milliseconds(60);
    const auto began = std::chrono::steady_clock::now();
    const auto why =
        failure_of("ws://127.0.0.1:" + std::to_string(listener.port()) + "/", options);
    EXPECT_EQ(why.error, errc::connect_timeout);
    EXPECT_EQ(why.error, condition::timeout);
    EXPECT_EQ(why.phase, phase::connect);
    EXPECT_EQ(why.began, side::local);
    EXPECT_GE(std::chrono::steady_clock::now() - began, options.connect_timeout);
}

TEST_P(endpoint_connect_failure, tells_that_the_server_is_silent) {
    const raw_peer listener = raw_peer::listening();
    connect_options options;
    options.connection.timeouts.handshake = std::chrono::milliseconds(40);
    const auto why =
        failure_of("ws://127.0.0.1:" + std::to_string(listener.port()) + "/", options);
    EXPECT_EQ(why.error, errc::handshake_timeout);
    EXPECT_EQ(why.phase, phase::http);
    EXPECT_EQ(why.began, side::local);
}

TEST_P(endpoint_connect_failure, tells_that_the_server_answers_garbage) {
    const auto why = failure_at([](const std::string&) { return "SSH-2.0-OpenSSH_9.2\r\n\r\n"; });
    EXPECT_EQ(why.error, errc::bad_response);
    EXPECT_EQ(why.error, condition::protocol_error);
    EXPECT_EQ(why.phase, phase::http);
    EXPECT_EQ(why.began, side::peer);
}

TEST_P(endpoint_connect_failure, tells_that_the_server_ends_before_and_amid_its_answer) {
    for (const std::string part : {"", "HTTP/1.1 101 Switching"}) {
        const auto why = failure_at([&](const std::string&) { return part; }, true);
        EXPECT_EQ(why.error, errc::unexpected_eof) << why;
        EXPECT_EQ(why.phase, phase::http);
        EXPECT_EQ(why.began, side::peer);
    }
}

TEST_P(endpoint_connect_failure, tells_that_the_accept_key_is_wrong) {
    const auto why = failure_at([](const std::string&) {
        return canned_response("Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n");
    });
    EXPECT_EQ(why.error, errc::bad_accept);
}

TEST_P(endpoint_connect_failure, is_reported_once_when_it_is_aborted_while_connecting) {
    const raw_peer listener = raw_peer::listening(0);
    const raw_peer first = raw_peer::connected_to(listener.port());
    const auto target = "ws://127.0.0.1:" + std::to_string(listener.port()) + "/";

    ending aborted, closed, stopped;
    client_->connect(target, aborted.observe()).abort();
    client_->connect(target, closed.observe()).close();
    ASSERT_TRUE(run_until([&] { return aborted.ended() && closed.ended(); }));
    client_->connect(target, stopped.observe());
    client_->stop();
    ASSERT_TRUE(run_until([&] { return stopped.ended(); }));
    for (const auto* one : {&aborted, &closed, &stopped}) {
        EXPECT_EQ(one->failed, 1);
        EXPECT_EQ(one->why.error, errc::aborted);
        EXPECT_EQ(one->why.phase, phase::connect);
        EXPECT_EQ(one->why.began, side::local);
    }
    EXPECT_EQ(client_->connection_count(), 0);
}

TEST_P(endpoint_connect_failure, is_not_reported_when_the_client_is_destroyed_while_connecting) {
    const raw_peer listener = raw_peer::listening(0);
    const raw_peer first = raw_peer::connected_to(listener.port());
    ending outbound;
    const auto handle = client_->connect("ws://127.0.0.1:" + std::to_string(listener.port()) + "/",
                                         outbound.observe());
    bool turned = false;
    loop().post([&] { turned = true; });
    ASSERT_TRUE(run_until([&] { return turned; }));
    client_.reset();
    handle.abort();
    turned = false;
    loop().post([&] { turned = true; });
    ASSERT_TRUE(run_until([&] { return turned; }));
    EXPECT_FALSE(outbound.ended());
    EXPECT_EQ(loop().work_count(), 0);
}

WEFT_IN_EVERY_WAY(endpoint_connect_failure);

} // namespace
} // namespace weft::testing
