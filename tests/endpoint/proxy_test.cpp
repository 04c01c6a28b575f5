// SPDX-License-Identifier: MIT
// Connecting through proxies: real ways through one of the test's own, and each way to fail at one
// that misbehaves.
#include "endpoint/endpoint_fixture.hpp"
#include "endpoint/raw_peer.hpp"
#include "endpoint/test_proxy.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

const std::string http_opens = "HTTP/1.1 200 Connection established\r\n\r\n";
const std::string socks_opens = "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"s;

class endpoint_proxy : public endpoint {
protected:
    void TearDown() override {
        proxy_.reset();
        endpoint::TearDown();
    }

    void run_proxy(std::vector<std::string> words) {
        proxy_.emplace(loop(), std::move(words), port_);
    }

    [[nodiscard]] connect_options through(const std::string& scheme_and_credentials) const {
        connect_options options;
        options.proxy = scheme_and_credentials + proxy_->place();
        return options;
    }

    /// How connecting ends at a proxy that answers so, and then ends the stream if that is wanted.
    report failure_at(const std::string& scheme, const std::string& answer, bool ends = false,
                      connect_options options = {}) {
        const raw_peer listener = raw_peer::listening();
        raw_peer peer;
        bool answered = false;
        ending outbound;
        options.proxy = scheme + "127.0.0.1:" + std::to_string(listener.port());
        client_->connect("ws://server.example/", outbound.observe(), std::move(options));
        EXPECT_TRUE(run_until([&] {
            if (peer.accept_from(listener) && !answered && !peer.received().empty()) {
                answered = true;
                peer.send(answer);
                if (ends) peer.close();
            }
            return outbound.ended();
        }));
        EXPECT_EQ(outbound.failed, 1);
        EXPECT_EQ(outbound.opened, 0);
        EXPECT_EQ(outbound.why.phase, phase::proxy) << outbound.why;
        return outbound.why;
    }

    std::optional<test_proxy> proxy_;
};

TEST_P(endpoint_proxy, http_leads_to_a_name_that_only_the_proxy_knows) {
    serve_echo();
    run_proxy({http_opens});
    expect_echo("ws://server.example/echo", through("http://me:secret@"));
    EXPECT_EQ(proxy_->received(), "CONNECT server.example:80 HTTP/1.1\r\n"
                               "Host: server.example:80\r\n"
                               "Proxy-Authorization: Basic bWU6c2VjcmV0\r\n\r\n");
}

TEST_P(endpoint_proxy, socks_leads_to_a_name_that_only_the_proxy_knows) {
    serve_echo();
    run_proxy({"\x05\x02"s, "\x01\x00"s, socks_opens});
    expect_echo("ws://server.example/echo", through("socks5://me:secret@"));
    EXPECT_EQ(proxy_->received(),
              "\x05\x02\x00\x02\x01\x02me\x06secret\x05\x01\x00\x03\x0eserver.example\x00\x50"s);
}

TEST_P(endpoint_proxy, is_the_first_stop_of_via) {
    serve_echo();
    run_proxy({http_opens});
    auto options = through("http://");
    std::swap(options.via, options.proxy);
    options.via.erase(0, "http://"s.size());
    options.proxy = "http://a.proxy.that.has.no.address";
    expect_echo("ws://server.example/echo", options);
}

TEST_P(endpoint_proxy, sends_messages_of_any_size_both_ways) {
    serve_echo();
    run_proxy({http_opens});
    const std::string large(1 << 20, 'x');
    ending outbound;
    std::size_t received = 0;
    client_->connect("ws://server.example/echo",
                     outbound.observe({.open = [&](connection& peer) { peer.send(large); },
                                       .message =
                                           [&](connection& peer, message m) {
                                               received = m.text().size();
                                               peer.close();
                                           }}),
                     through("http://"));
    EXPECT_TRUE(run_until([&] { return outbound.ended() && served_.ended(); }));
    EXPECT_EQ(received, large.size());
    EXPECT_TRUE(outbound.why.clean()) << outbound.why;
    EXPECT_TRUE(served_.why.clean()) << served_.why;
}

TEST_P(endpoint_proxy, tells_a_refusal) {
    const auto refused = failure_at("http://", "HTTP/1.1 503 Down\r\n\r\nsorry");
    EXPECT_EQ(refused.error, errc::proxy_refused);
    EXPECT_EQ(refused.http_status, 503);
    EXPECT_EQ(refused.began, side::peer);
    const auto locked = failure_at("http://me:secret@", "HTTP/1.1 407 Locked\r\n\r\n");
    EXPECT_EQ(locked.error, errc::proxy_authentication);
    EXPECT_EQ(locked.http_status, 407);
    const auto text = to_string(locked);
    EXPECT_TRUE(text.starts_with(
        "ended by the peer during proxy: the proxy wants credentials, or did not accept the "
        "credentials; HTTP status 407; peer proxy 127.0.0.1:"))
        << text;
    EXPECT_EQ(failure_at("socks5://", "\x05\xff"s).error, errc::proxy_authentication);
}

TEST_P(endpoint_proxy, tells_that_the_proxy_answers_garbage_or_too_much) {
    const auto garbage = failure_at("http://", "SSH-2.0-OpenSSH_9.2\r\n\r\n");
    EXPECT_EQ(garbage.error, errc::bad_proxy_answer);
    EXPECT_EQ(garbage.error, condition::protocol_error);
    EXPECT_EQ(garbage.began, side::peer);
    EXPECT_EQ(failure_at("socks5://", "HTTP/1.1 400 Bad\r\n\r\n").error, errc::bad_proxy_answer);
    EXPECT_EQ(failure_at("http://", http_opens + "HTTP/1.1 101 Too Early\r\n").error,
              errc::bad_proxy_answer);
    EXPECT_EQ(failure_at("http://", "HTTP/1.1 200 OK\r\nA: " + std::string(17'000, 'a')).error,
              errc::header_too_large);
}

TEST_P(endpoint_proxy, tells_that_the_proxy_ends_the_stream) {
    for (const char* scheme : {"http://", "socks5://"}) {
        const auto why = failure_at(scheme, "", true);
        EXPECT_TRUE(why.error == errc::unexpected_eof ||
                    why.error == std::errc::connection_reset)
            << why;
    }
}

TEST_P(endpoint_proxy, tells_that_the_proxy_is_silent) {
    connect_options options;
    options.proxy_timeout = 40ms;
    for (const std::string part : {"", "HTTP/1.1 200"}) {
        const auto why = failure_at("http://", part, false, options);
        EXPECT_EQ(why.error, errc::proxy_timeout);
        EXPECT_EQ(why.error, condition::timeout);
        EXPECT_EQ(why.began, side::local);
    }
}

TEST_P(endpoint_proxy, tells_what_is_wrong_with_the_url_of_a_proxy) {
    connect_options options;
    options.proxy = "https://me:secret@proxy.example";
    const auto why = failure_of("ws://server.example/", options);
    EXPECT_EQ(why.error, errc::bad_proxy);
    EXPECT_EQ(why.target(), "proxy https://***@proxy.example");
    EXPECT_EQ(why.error, condition::misuse);
    EXPECT_EQ(why.phase, phase::proxy);
    EXPECT_EQ(why.began, side::local);
}

TEST_P(endpoint_proxy, tells_that_the_proxy_is_not_there) {
    listen();
    server_->stop_listening();
    connect_options options;
    options.proxy = "127.0.0.1:" + std::to_string(port_);
    const auto why = failure_of("ws://server.example/", options);
    EXPECT_EQ(why.error, std::errc::connection_refused);
    EXPECT_EQ(why.phase, phase::connect);
    options.proxy = "http://proxy.example";
    loop().resolver({});
    const auto unknown = failure_of("ws://127.0.0.1/", options);
    EXPECT_EQ(unknown.error, errc::no_resolver);
    EXPECT_EQ(unknown.phase, phase::resolve);
}

TEST_P(endpoint_proxy, is_reported_once_when_it_is_ended_while_the_proxy_thinks) {
    const raw_peer listener = raw_peer::listening();
    raw_peer peer;
    connect_options options;
    options.proxy = "127.0.0.1:" + std::to_string(listener.port());
    ending aborted, stopped, forgotten;
    const auto reaches_proxy = [&] {
        peer = {};
        return run_until([&] { return peer.accept_from(listener) && !peer.received().empty(); });
    };
    const auto handle = client_->connect("ws://server.example/", aborted.observe(), options);
    ASSERT_TRUE(reaches_proxy());
    handle.abort();
    ASSERT_TRUE(run_until([&] { return aborted.ended() && peer.ended(); }));
    client_->connect("ws://server.example/", stopped.observe(), options);
    ASSERT_TRUE(reaches_proxy());
    client_->stop();
    ASSERT_TRUE(run_until([&] { return stopped.ended() && peer.ended(); }));
    for (const auto* one : {&aborted, &stopped}) {
        EXPECT_EQ(one->failed, 1);
        EXPECT_EQ(one->why.error, errc::aborted);
        EXPECT_EQ(one->why.phase, phase::proxy);
    }
    client_->connect("ws://server.example/", forgotten.observe(), options);
    ASSERT_TRUE(reaches_proxy());
    client_.reset();
    ASSERT_TRUE(run_until([&] { return peer.ended(); }));
    EXPECT_FALSE(forgotten.ended());
}

WEFT_IN_EVERY_WAY(endpoint_proxy);

} // namespace
} // namespace weft::testing
