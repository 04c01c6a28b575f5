// SPDX-License-Identifier: MIT
// undici CVE-2026-1527: line ends and NUL in every text that an application passes on. None reaches
// the wire, and the application gets an error; nor do a peer's reach a log through a report.
#include "attacks/attack_fixture.hpp"

namespace weft::testing {
namespace {

using namespace std::string_literals;

const std::vector<std::string> breakouts{"\r\nX-Evil: yes", "\nX-Evil: yes", "\rX-Evil: yes",
                                         "\0X-Evil: yes"s, "\r\n\r\nGET /evil HTTP/1.1\r\n"};

class injection : public attack {
protected:
    void SetUp() override {
        attack::SetUp();
        expose("/", {}, {.validate = [this](connection&) { ++requests_; }});
        target_ = "ws://127.0.0.1:" + std::to_string(port_) + "/";
    }

    /// Connecting fails in the phase `at` and nothing was asked of the server.
    void expect_failure(const std::string& target, connect_options options, errc error,
                        phase at = phase::http) {
        ending outbound;
        client_->connect(target, outbound.observe(), std::move(options));
        ASSERT_TRUE(run_until([&] { return outbound.ended(); }));
        EXPECT_EQ(outbound.failed, 1);
        EXPECT_EQ(outbound.why.error, error) << outbound.why;
        EXPECT_EQ(outbound.why.phase, at);
        EXPECT_EQ(outbound.why.began, side::local);
        EXPECT_TRUE(all_over());
        EXPECT_EQ(requests_, 0);
    }

    /// What a client receives at `path`, which must not hold what was injected.
    std::string answer_at(std::string_view path, bool upgrade = true) {
        raw_peer peer = raw_peer::connected_to(port_);
        peer.send(upgrade ? upgrade_request(path, "Sec-WebSocket-Protocol: chat\r\n")
                          : "GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_TRUE(run_until([&] { return has_head(peer.received()); }));
        EXPECT_EQ(peer.received().find("Evil"), std::string::npos) << peer.received();
        EXPECT_EQ(peer.received().find("evil"), std::string::npos) << peer.received();
        return peer.received();
    }

    std::string target_;
    int requests_ = 0;
};

TEST_F(injection, through_what_a_client_asks_for_fails_the_attempt) {
    for (const auto& inside : breakouts) {
        const auto bad = "a" + inside;
        connect_options value, name, host, subprotocol;
        value.headers = {{"X-Fine", bad}};
        expect_failure(target_, value, errc::bad_header);
        name.headers = {{bad, "x"}};
        expect_failure(target_, name, errc::bad_header);
        host.headers = {{"Host", bad}};
        expect_failure(target_, host, errc::bad_header);
        subprotocol.subprotocols = {"chat", bad};
        expect_failure(target_, subprotocol, errc::bad_subprotocol);
        expect_failure(target_ + bad, {}, errc::bad_uri, phase::resolve);
        expect_failure(target_ + "?" + bad, {}, errc::bad_uri, phase::resolve);
        expect_failure("ws://" + bad + "/", {}, errc::bad_uri, phase::resolve);
    }
}

TEST_F(injection, through_the_handshakes_own_headers_is_refused) {
    for (const auto* name : {"Sec-WebSocket-Key", "Sec-WebSocket-Version", "Upgrade", "Connection",
                             "Content-Length", "Transfer-Encoding"}) {
        connect_options options;
        options.headers = {{name, "x"}};
        expect_failure(target_, options, errc::reserved_header);
    }
}

TEST_F(injection, through_what_a_server_answers_is_reported_to_it) {
    for (std::size_t i = 0; i < breakouts.size(); ++i) {
        const auto bad = "a" + breakouts[i];
        const auto at = [&](const char* what) { return what + std::to_string(i); };
        const auto is_bad_header = [](const result<void>& got) {
            EXPECT_FALSE(got);
            if (!got) { EXPECT_EQ(got.error(), errc::bad_header); }
        };
        server_->route(at("/accept"), {.validate = [&](connection& who) {
            is_bad_header(who.accept({}, {{"X-Fine", bad}}));
            is_bad_header(who.accept({}, {{bad, "x"}}));
            EXPECT_EQ(who.accept(bad).error(), errc::bad_subprotocol);
            EXPECT_TRUE(who.accept("chat", {{"X-Fine", "a"}}));
        }});
        EXPECT_TRUE(answer_at(at("/accept")).starts_with("HTTP/1.1 101 "));
        server_->route(at("/reject"), {.validate = [&](connection& who) {
            is_bad_header(who.reject({403, {{"X-Fine", bad}}, {}}));
            is_bad_header(who.reject({403, {{bad, "x"}}, {}}));
            EXPECT_TRUE(who.reject(403));
        }});
        EXPECT_TRUE(answer_at(at("/reject")).starts_with("HTTP/1.1 403 "));
        server_->route(at("/page"), {.http = [&](connection& who) {
            is_bad_header(who.respond({302, {{"Location", bad}}, {}}));
            is_bad_header(who.respond({302, {{bad, "x"}}, {}}));
            EXPECT_TRUE(who.respond({204, {}, {}}));
        }});
        EXPECT_TRUE(answer_at(at("/page"), false).starts_with("HTTP/1.1 204 "));
        EXPECT_TRUE(all_over());
    }
}

/// A reason is a payload: it breaks out of nothing on the wire. In a log it must not either.
TEST_F(injection, through_a_close_reason_stays_out_of_logs) {
    const auto reason = "bye\r\n2026-01-01 root logged in \x1b[2J\0 \xc2\x9b"s;
    expose("/reason");
    frame_builder frames(role::client);
    raw_peer peer = opened("/reason");
    peer.send(to_text(frames.close(1000, reason)));
    expect_end({}, side::peer);
    EXPECT_EQ(attacked_.why.reason(), reason);
    const auto logged = to_string(attacked_.why);
    EXPECT_EQ(logged.substr(0, logged.find("; peer 127.0.0.1:")),
              "closed by the peer: 1000 normal (bye??2026-01-01 root logged in ?[2J? ?)");
}

} // namespace
} // namespace weft::testing
