// SPDX-License-Identifier: MIT
// Requests that two readers may read differently. Nothing is guessed: what is not exactly as RFC
// 9112 and RFC 6455 have it gets one refusal, and nothing behind it is looked at.
#include "attacks/attack_fixture.hpp"

namespace weft::testing {
namespace {

using namespace std::string_literals;

class smuggling : public attack {
protected:
    void SetUp() override {
        attack::SetUp();
        session_timeouts timeouts;
        timeouts.close = 50ms;
        server_->handshake_options({}, timeouts);
        connection_options options;
        options.timeouts = timeouts;
        expose_echo(options);
        server_->route("/page", {.http = [this](connection& who) {
            ++pages_;
            static_cast<void>(who.respond({200, {}, "page"}));
        }});
    }

    /// All that comes back for `request`, with another one hidden behind it.
    std::string answer_to(const std::string& request,
                          const std::string& hidden = "GET /page HTTP/1.1\r\nHost: x\r\n\r\n") {
        raw_peer peer = raw_peer::connected_to(port_);
        peer.send(request + hidden);
        EXPECT_TRUE(run_until([&] { return peer.ended(); })) << request;
        const auto answer = peer.received();
        peer.close();
        EXPECT_TRUE(all_over());
        return answer;
    }

    /// One refusal with `status`, a report of `error`, and nothing else.
    void expect_refused(const std::string& request, std::error_code error, int status = 400) {
        failures_.clear();
        const auto answer = answer_to(request);
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + std::to_string(status) + ' '))
            << request << answer;
        EXPECT_EQ(responses_in(answer), 1U) << answer;
        ASSERT_EQ(failures_.size(), 1U) << request;
        EXPECT_EQ(failures_[0].error, error) << request << failures_[0];
        EXPECT_EQ(failures_[0].phase, phase::http);
        EXPECT_EQ(attacked_.opened, 0) << request;
        EXPECT_EQ(pages_, 0) << request;
    }

    static std::size_t responses_in(const std::string& answer) {
        std::size_t count = 0;
        for (auto at = answer.find("HTTP/1.1 "); at != answer.npos;
             at = answer.find("HTTP/1.1 ", at + 1))
            ++count;
        return count;
    }

    /// The handshake with one line replaced.
    static std::string with(const std::string& line, const std::string& replacement) {
        auto request = upgrade_request("/echo");
        const auto at = request.find(line);
        EXPECT_NE(at, request.npos) << line;
        return request.replace(at, line.size(), replacement);
    }

    int pages_ = 0;
};

TEST_F(smuggling, by_line_ends_and_folds_is_refused) {
    const auto host = "Host: example.org\r\n"s;
    expect_refused(with(host, "Host: example.org\n"), errc::bad_request);
    expect_refused(with(host, host + "X: a\rb\r\n"), errc::bad_request);
    expect_refused(with(host, host + "X: a\r\n folded: b\r\n"), errc::bad_request);
    expect_refused(with(host, host + "\tX: a\r\n"), errc::bad_request);
    expect_refused(with(host, host + "X: a"s + '\0' + "b\r\n"), errc::bad_request);
    expect_refused(with(host, "Host : example.org\r\n"), errc::bad_request);
    expect_refused(with(host, host + ": nameless\r\n"), errc::bad_request);
    expect_refused("\n" + upgrade_request("/echo"), errc::bad_request);
    expect_refused(std::string(1000, '\r') + '\n' + upgrade_request("/echo"), errc::bad_request);
    expect_refused(with("GET /echo", "GET  /echo"), errc::bad_request);
    expect_refused(with("GET /echo", "GET\t/echo"), errc::bad_request);
    expect_refused(with("GET /echo", "GET /ec\0ho"s), errc::bad_request);
}

TEST_F(smuggling, by_saying_things_twice_is_refused) {
    const auto twice = [](const std::string& line) { return with(line, line + line); };
    expect_refused(twice("Host: example.org\r\n"), errc::bad_host);
    expect_refused(twice("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"), errc::bad_key);
    expect_refused(twice("Sec-WebSocket-Version: 13\r\n"), errc::bad_version, 426);
    expect_refused(with("Host: example.org\r\n", "Host: example.org, evil.org\r\nHost: x\r\n"),
                   errc::bad_host);
    expect_refused("GET /page HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", errc::bad_host);
    expect_refused("POST /page HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 5\r\n"
                   "\r\n",
                   errc::bad_request);
}

TEST_F(smuggling, by_the_framing_of_a_body_is_refused) {
    const auto form = "POST /page HTTP/1.1\r\nHost: x\r\n"s;
    const auto chunks = "0\r\n\r\n"s;
    const auto chunked = form + "Transfer-Encoding: chunked\r\n"s;
    expect_refused(chunked + "Transfer-Encoding: chunked\r\n\r\n" + chunks, errc::bad_request);
    for (const auto* coding : {"chunked, chunked", "chunked, gzip", "identity", "\"chunked\"",
                               "chunked;a=b", "x chunked", ", chunked", ""}) {
        expect_refused(form + "Transfer-Encoding: " + coding + "\r\n\r\n" + chunks,
                       errc::bad_request);
    }
    expect_refused(form + "Transfer-Encoding: gzip, chunked\r\n\r\n" + chunks,
                   errc::unknown_transfer_coding, 501);
    expect_refused("POST /page HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks,
                   errc::bad_request);
    for (const auto& body : {"0\n\n"s, "0\r\n\n"s, "1\r\nxy\r\n"s, "1\r\nx\n0\r\n\r\n"s,
                             "0x1\r\nx\r\n"s, " 1\r\nx\r\n"s, "1 \r\nx\r\n"s, "\r\n"s,
                             "-1\r\n"s, "1;a\nb\r\nx\r\n"s, "1;a\rb\r\nx\r\n"s,
                             "1;\0\r\nx\r\n"s, "10000000000000000\r\n"s,
                             "0\r\nGET /page HTTP/1.1\r\n\r\n"s, "0\r\nA : b\r\n\r\n"s,
                             "0\r\n folded\r\n\r\n"s}) {
        expect_refused(chunked + "\r\n" + body, errc::bad_request);
    }
    expect_refused(form + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks,
                   errc::bad_request);
    expect_refused(form + "Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\n" + chunks,
                   errc::bad_request);
    for (const auto* length : {"+5", "-5", "5, 5", "0x5", "5 5", "\"5\"", ""})
        expect_refused(form + "Content-Length: " + length + "\r\n\r\nhello", errc::bad_request);
    const auto host = "Host: example.org\r\n"s;
    expect_refused(with(host, host + "Content-Length: 36\r\n"), errc::bad_request);
    expect_refused(with(host, host + "Transfer-Encoding: chunked\r\n"), errc::bad_request);
}

TEST_F(smuggling, by_the_target_or_the_host_is_refused) {
    for (const std::string target : {"example.org:80", "*", "ws://user@example.org/echo",
                                     "ws:///echo", "ftp://example.org/echo", "/echo#fragment",
                                     "//\x7f", "\\echo"}) {
        expect_refused(with("/echo", target), errc::bad_request);
    }
    for (const std::string host : {"", "example.org/echo", "user@example.org", "example org",
                                   "example.org#", "<script>"}) {
        expect_refused(with("Host: example.org", "Host: " + host), errc::bad_host);
    }
    expect_refused(with("Host: example.org\r\n", ""), errc::bad_host);
    expect_refused("GET /page HTTP/1.1\r\n\r\n", errc::bad_host);
    expect_refused("CONNECT example.org:80 HTTP/1.1\r\nHost: example.org:80\r\n\r\n",
                   errc::bad_request);
}

// RFC 9112 §3.2.2: the target's host counts, and what the Host header says does not.
TEST_F(smuggling, by_an_absolute_target_does_not_choose_between_two_hosts) {
    std::string host;
    server_->route("/page2", {.http = [&](connection& who) {
        host = who.host();
        static_cast<void>(who.respond({204, {}, {}}));
    }});
    answer_to("GET http://true.example/page2 HTTP/1.1\r\nHost: other.example\r\n"
              "Connection: close\r\n\r\n",
              "");
    EXPECT_EQ(host, "true.example");
}

TEST_F(smuggling, by_another_protocol_is_refused) {
    expect_refused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", errc::bad_http_version, 505);
    expect_refused("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, errc::bad_request);
    expect_refused("GET /echo\r\n", errc::bad_request);
    expect_refused("GET /page HTTP/1.1\x0b\r\n", errc::bad_request);
    expect_refused("EHLO example.org\r\n", errc::bad_request);
    expect_refused(with("GET", "POST"), errc::bad_method, 405);
}

// websocket-driver CVE-2026-54466
TEST_F(smuggling, by_a_draft_of_the_protocol_is_refused) {
    expect_refused(with("Version: 13", "Version: 8"), errc::bad_version, 426);
    expect_refused(with("Sec-WebSocket-Version: 13\r\n", ""), errc::bad_version, 426);
    expect_refused("GET /echo HTTP/1.1\r\nHost: x\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n"
                   "Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\n"
                   "Sec-WebSocket-Key2: 12998 5 Y3 1  .P00\r\n\r\n^n:ds[4U",
                   errc::bad_version, 426);
}

TEST_F(smuggling, behind_an_upgrade_is_no_request) {
    const auto answer = answer_to(upgrade_request("/echo"));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 101 ")) << answer;
    EXPECT_EQ(responses_in(answer), 1U);
    EXPECT_EQ(close_code_in(answer), 1002U); // 'G' is a frame with reserved bits
    EXPECT_EQ(pages_, 0);
    expect_end(errc::reserved_bits, side::peer);
}

TEST_F(smuggling, behind_the_last_plain_request_is_not_read) {
    for (const auto& hidden : {"GET /page HTTP/1.1\r\nHost: x\r\n\r\n"s, upgrade_request("/echo"),
                               std::string(100'000, 'x')}) {
        pages_ = 0;
        const auto answer =
            answer_to("GET /page HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", hidden);
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
        EXPECT_TRUE(answer.ends_with("\r\n\r\npage")) << answer;
        EXPECT_EQ(pages_, 1);
        EXPECT_EQ(attacked_.opened, 0);
    }
}

// What is a request for us is one for everybody, so it is served; all else ends the connection.
TEST_F(smuggling, behind_a_plain_request_is_read_as_strictly) {
    const auto page = "GET /page HTTP/1.1\r\nHost: x\r\n\r\n"s;
    for (const auto& hidden : {"GET /page HTTP/1.1\nHost: x\n\n"s,
                               "0\r\n\r\n" + page, " " + page, page.substr(4)}) {
        pages_ = 0;
        failures_.clear();
        const auto answer = answer_to(page, hidden);
        EXPECT_EQ(pages_, 1) << hidden;
        EXPECT_EQ(responses_in(answer), 2U) << answer;
        EXPECT_NE(answer.find("pageHTTP/1.1 400 "), answer.npos) << answer;
        ASSERT_EQ(failures_.size(), 1U) << hidden;
        EXPECT_EQ(failures_[0].error, errc::bad_request) << hidden;
    }
}

TEST_F(smuggling, behind_a_refused_upgrade_is_not_read) {
    expose("/closed", {}, {.validate = [](connection& who) { who.reject(403); }});
    frame_builder frames(role::client);
    for (const auto& hidden : {upgrade_request("/echo"), to_text(frames.text("hello"))}) {
        const auto answer = answer_to(upgrade_request("/closed"), hidden);
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 403 ")) << answer;
        EXPECT_EQ(responses_in(answer), 1U);
        EXPECT_EQ(attacked_.opened, 0);
    }
}

} // namespace
} // namespace weft::testing
