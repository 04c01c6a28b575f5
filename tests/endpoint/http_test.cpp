// SPDX-License-Identifier: MIT
// Plain requests on the WebSocket port, and the answers to handshakes that are refused.
#include "endpoint/endpoint_fixture.hpp"
#include "endpoint/raw_peer.hpp"

#include "support/canned_handshake.hpp"
#include "support/frame_builder.hpp"

namespace weft::testing {
namespace {

class endpoint_http : public endpoint {
protected:
    /// Sends `request` as it is; what came back until the server ended the stream.
    std::string answer_to(const std::string& request) {
        raw_peer peer = raw_peer::connected_to(port_);
        peer.send(request);
        EXPECT_TRUE(run_until([&] { return peer.ended(); }));
        const auto answer = peer.received();
        peer.close();
        EXPECT_TRUE(run_until([&] { return server_->connection_count() == 0; }));
        return answer;
    }

    std::string answer_to(const std::string& method, const std::string& path,
                          const std::string& more = {}) {
        return answer_to(method + ' ' + path + " HTTP/1.1\r\nHost: example.org\r\n" +
                         (more.starts_with("Upgrade") ? "" : "Connection: close\r\n") + more +
                         "\r\n");
    }

    void serve_page() {
        server_->route("/page", {.http = [](connection& peer) {
            static_cast<void>(peer.respond({200, {}, "A page for " + std::string(peer.query())}));
        }});
    }
};

bool begins_with_status(const std::string& answer, const std::string& status) {
    return answer.starts_with("HTTP/1.1 " + status + ' ');
}

bool has(const std::string& answer, std::string_view part) {
    return answer.find(part) != std::string::npos;
}

TEST_P(endpoint_http, answers_get_and_head) {
    serve_page();
    serve_echo();
    const auto got = answer_to("GET", "/page?me");
    EXPECT_TRUE(begins_with_status(got, "200")) << got;
    EXPECT_TRUE(has(got, "Content-Length: 13\r\n")) << got;
    EXPECT_TRUE(got.ends_with("\r\n\r\nA page for me")) << got;
    const auto head = answer_to("HEAD", "/page?me");
    EXPECT_TRUE(has(head, "Content-Length: 13\r\n")) << head;
    EXPECT_TRUE(head.ends_with("\r\n\r\n")) << head;
}

TEST_P(endpoint_http, reads_a_body) {
    server_->route("/post", {.http = [](connection& peer) {
        static_cast<void>(peer.respond({201, {}, peer.request()->body()}));
    }});
    listen();
    const auto answer = answer_to("POST", "/post", "Content-Length: 5\r\n\r\nhello");
    EXPECT_TRUE(begins_with_status(answer, "201")) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\nhello")) << answer;
}

TEST_P(endpoint_http, reads_a_body_in_chunks) {
    server_->route("/post", {.http = [](connection& peer) {
        static_cast<void>(peer.respond({201, {}, peer.request()->body()}));
    }});
    listen();
    const auto answer = answer_to("POST", "/post",
                                  "Transfer-Encoding: chunked\r\n\r\n"
                                  "3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nDigest: x\r\n");
    EXPECT_TRUE(begins_with_status(answer, "201")) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\nhello")) << answer;
}

TEST_P(endpoint_http, tells_a_client_that_waits_for_it_to_send_the_body) {
    server_->route("/post", {.http = [](connection& peer) {
        static_cast<void>(peer.respond({201, {}, peer.request()->body()}));
    }});
    listen();
    raw_peer peer = raw_peer::connected_to(port_);
    peer.send("POST /post HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n"
              "Expect: 100-continue\r\n\r\n");
    ASSERT_TRUE(run_until([&] { return !peer.received().empty(); }));
    EXPECT_EQ(peer.received(), "HTTP/1.1 100 Continue\r\n\r\n");
    peer.send("hello");
    EXPECT_TRUE(run_until([&] { return peer.ended(); }));
    EXPECT_TRUE(has(peer.received(), "\r\n\r\nHTTP/1.1 201 ")) << peer.received();
    EXPECT_TRUE(peer.received().ends_with("\r\n\r\nhello")) << peer.received();
}

TEST_P(endpoint_http, says_404_where_there_is_nothing_and_426_where_there_is_a_websocket) {
    serve_echo();
    EXPECT_TRUE(begins_with_status(answer_to("GET", "/elsewhere"), "404"));
    const auto upgrade = answer_to("GET", "/echo");
    EXPECT_TRUE(begins_with_status(upgrade, "426")) << upgrade;
    EXPECT_TRUE(has(upgrade, "Upgrade: websocket")) << upgrade;
}

std::size_t count_of(const std::string& text, std::string_view part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
    return count;
}

TEST_P(endpoint_http, serves_requests_one_after_the_other) {
    serve_page();
    serve_echo();
    raw_peer peer = raw_peer::connected_to(port_);
    std::string said;
    const auto ask = [&](const std::string& path, const std::string& status) {
        const auto before = peer.received().size();
        peer.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_TRUE(run_until([&] { return peer.received().size() > before; }));
        said = peer.received().substr(before);
        EXPECT_TRUE(begins_with_status(said, status)) << said;
        EXPECT_TRUE(has(said, "\r\nConnection: keep-alive")) << said;
        EXPECT_TRUE(has(said, "\r\nDate: ")) << said;
    };
    ask("/page?1", "200");
    ask("/page?2", "200");
    EXPECT_TRUE(said.ends_with("A page for 2"));
    ask("/nowhere", "404"); // no route of the request before is left
    ask("/echo", "426");
    EXPECT_FALSE(peer.ended());
    const auto before = peer.received().size();
    auto request = canned_request();
    request.replace(request.find("/chat?room=1"), 12, "/echo");
    peer.send(request);
    EXPECT_TRUE(run_until([&] { return served_.opened == 1; }));
    EXPECT_TRUE(run_until([&] { return peer.received().size() > before; }));
    EXPECT_TRUE(begins_with_status(peer.received().substr(before), "101"));
    peer.close();
    EXPECT_TRUE(run_until([&] { return server_->connection_count() == 0; }));
}

TEST_P(endpoint_http, serves_requests_that_come_together_in_their_order) {
    serve_page();
    listen();
    raw_peer peer = raw_peer::connected_to(port_);
    std::string all;
    for (int i = 0; i < 20; ++i)
        all += "GET /page?" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
    peer.send(all + "GET /page?end HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(run_until([&] { return peer.ended(); }));
    const auto answers = peer.received();
    EXPECT_EQ(count_of(answers, "HTTP/1.1 200 OK"), 21U);
    std::size_t at = 0;
    for (int i = 0; i < 20; ++i) {
        at = answers.find("A page for " + std::to_string(i) + "HTTP/1.1", at);
        ASSERT_NE(at, answers.npos) << i;
    }
    EXPECT_TRUE(answers.ends_with("A page for end"));
    peer.close();
    EXPECT_TRUE(run_until([&] { return server_->connection_count() == 0; }));
}

TEST_P(endpoint_http, keeps_no_client_for_ever_that_asks_for_nothing_more) {
    session_timeouts timeouts;
    timeouts.keep_alive = std::chrono::milliseconds(30);
    server_->handshake_options({}, timeouts);
    int failed = 0;
    server_->on_fail([&](const report&) { ++failed; });
    serve_page();
    listen();
    raw_peer peer = raw_peer::connected_to(port_);
    peer.send("GET /page?me HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(run_until([&] { return peer.ended(); }));
    EXPECT_EQ(count_of(peer.received(), "HTTP/1.1 "), 1U) << peer.received();
    EXPECT_EQ(failed, 0);
    peer.close();
    EXPECT_TRUE(run_until([&] { return server_->connection_count() == 0; }));
}

TEST_P(endpoint_http, shuts_down_at_once_what_waits_for_another_request) {
    serve_page();
    listen();
    raw_peer peer = raw_peer::connected_to(port_);
    peer.send("GET /page?me HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(run_until([&] { return !peer.received().empty(); }));
    bool done = false;
    server_->shutdown(std::chrono::seconds(5), [&] { done = true; });
    EXPECT_TRUE(run_until([&] { return peer.ended(); }));
    EXPECT_EQ(count_of(peer.received(), "HTTP/1.1 "), 1U) << peer.received();
    peer.close();
    EXPECT_TRUE(run_until([&] { return done; }));
}

TEST_P(endpoint_http, forgets_one_request_before_the_next) {
    connection_handle first;
    bool reached = false;
    int served = 0;
    server_->route("/", {.http = [&](connection& peer) {
        EXPECT_FALSE(peer.data().has_value());
        peer.data() = ++served;
        if (served == 1) first = peer.handle();
        static_cast<void>(peer.respond({204, {}, {}}));
        if (served == 2) {
            first.with([&](connection&) { reached = true; });
            peer.close();
        }
    }});
    listen();
    raw_peer peer = raw_peer::connected_to(port_);
    peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(run_until([&] { return peer.ended(); }));
    EXPECT_EQ(served, 2);
    EXPECT_FALSE(reached);
    EXPECT_EQ(count_of(peer.received(), "HTTP/1.1 204 "), 2U);
    peer.close();
    EXPECT_TRUE(run_until([&] { return server_->connection_count() == 0; }));
}

TEST_P(endpoint_http, knows_no_upgrade_of_http_1_0) {
    serve_page();
    serve_echo();
    const auto upgrade = " HTTP/1.0\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                         "Sec-WebSocket-Version: 13\r\n\r\n";
    EXPECT_TRUE(begins_with_status(answer_to(std::string("GET /page?me") + upgrade), "200"));
    EXPECT_TRUE(begins_with_status(answer_to(std::string("GET /echo") + upgrade), "426"));
    EXPECT_TRUE(begins_with_status(answer_to(std::string("GET /else") + upgrade), "404"));
    EXPECT_EQ(served_.failed, 0);
}

TEST_P(endpoint_http, says_426_with_the_version_that_it_speaks) {
    serve_echo();
    const auto answer = answer_to("GET", "/echo",
                                  "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                  "Sec-WebSocket-Version: 8\r\n");
    EXPECT_TRUE(begins_with_status(answer, "426")) << answer;
    EXPECT_TRUE(has(answer, "Sec-WebSocket-Version: 13\r\n")) << answer;
}

TEST_P(endpoint_http, says_400_to_nonsense_and_431_to_too_much) {
    int failed = 0;
    server_->on_fail([&](const report&) { ++failed; });
    serve_echo();
    EXPECT_TRUE(begins_with_status(answer_to("nonsense\r\n\r\n"), "400"));
    EXPECT_EQ(failed, 1);
    const auto large = answer_to("GET", "/echo", "X: " + std::string(20'000, 'x') + "\r\n");
    EXPECT_TRUE(begins_with_status(large, "431")) << large;
    EXPECT_EQ(failed, 2);
}

TEST_P(endpoint_http, answers_later_through_a_handle) {
    connection_handle waiting;
    bool asked = false;
    server_->route("/later", {.http = [&](connection& peer) {
        asked = true;
        peer.defer();
        waiting = peer.handle();
    }});
    listen();
    raw_peer peer = raw_peer::connected_to(port_);
    peer.send("GET /later HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    ASSERT_TRUE(run_until([&] { return asked; }));
    EXPECT_EQ(peer.received(), "");
    waiting.with([](connection& one) { static_cast<void>(one.respond({200, {}, "at last"})); });
    EXPECT_TRUE(run_until([&] { return peer.ended(); }));
    EXPECT_TRUE(peer.received().ends_with("at last")) << peer.received();
}

TEST_P(endpoint_http, serves_no_request_before_the_one_ahead_was_answered) {
    connection_handle waiting;
    int asked = 0;
    server_->route("/later", {.http = [&](connection& peer) {
        ++asked;
        peer.defer();
        waiting = peer.handle();
    }});
    serve_page();
    listen();
    raw_peer peer = raw_peer::connected_to(port_);
    const std::string later = "GET /later HTTP/1.1\r\nHost: x\r\n\r\n";
    peer.send(later + later + "GET /page?me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    for (int i = 1; i <= 2; ++i) {
        ASSERT_TRUE(run_until([&] { return asked == i; }));
        EXPECT_EQ(count_of(peer.received(), "HTTP/1.1 "), static_cast<std::size_t>(i - 1));
        waiting.with([](connection& one) { static_cast<void>(one.respond({200, {}, "late"})); });
    }
    EXPECT_TRUE(run_until([&] { return peer.ended(); }));
    EXPECT_EQ(asked, 2);
    EXPECT_EQ(count_of(peer.received(), "\r\n\r\nlateHTTP/1.1 200"), 2U);
    EXPECT_TRUE(peer.received().ends_with("A page for me")) << peer.received();
}

TEST_P(endpoint_http, serves_nothing_behind_a_request_that_is_refused) {
    serve_page();
    listen();
    const std::string page = "GET /page?me HTTP/1.1\r\nHost: x\r\n\r\n";
    const std::string form = "POST /page HTTP/1.1\r\nHost: x\r\n";
    for (const auto& [refused, status] : {
             std::pair{form + "Content-Length: 100000\r\n\r\n" + page, "413"},
             std::pair{form + "Transfer-Encoding: chunked\r\n\r\n0;\n\r\n\r\n" + page, "400"},
             std::pair{form + "Expect: nothing\r\n\r\n" + page, "417"},
             std::pair{"GET /page HTTP/2.0\r\nHost: x\r\n\r\n" + page, "505"}}) {
        SCOPED_TRACE(refused);
        const auto answer = answer_to(page + refused);
        EXPECT_EQ(count_of(answer, "HTTP/1.1 "), 2U) << answer;
        EXPECT_TRUE(has(answer, std::string("A page for meHTTP/1.1 ") + status + ' ')) << answer;
        EXPECT_TRUE(has(answer, "\r\nConnection: close\r\n")) << answer;
    }
}

TEST_P(endpoint_http, rejects_a_handshake_with_status_headers_and_body) {
    ending served;
    server_->route("/private", served.observe({.validate = [](connection& peer) {
        const http_fields how{{"WWW-Authenticate", "Basic"}};
        static_cast<void>(peer.reject({401, how, "Who are you?\n"}));
    }}));
    listen();
    const auto why = failure_of(url("/private"));
    EXPECT_EQ(why.phase, phase::http);
    EXPECT_EQ(why.error, errc::not_upgraded);
    EXPECT_EQ(why.http_status, 401);
    ASSERT_TRUE(run_until([&] { return served.ended(); }));
    EXPECT_EQ(served.failed, 1);
    EXPECT_EQ(served.why.error, errc::rejected);
    EXPECT_EQ(served.why.http_status, 401);
}

TEST_P(endpoint_http, chooses_routes_by_subprotocol) {
    std::string chosen;
    route_options chat;
    chat.subprotocol = "chat";
    server_->route("/", {.open = [&](connection&) { chosen = "chat"; }}, chat);
    server_->route("/", {.open = [&](connection&) { chosen = "none"; }});
    listen();
    const auto agreed_on = [&](std::vector<std::string> offer) {
        connect_options options;
        options.subprotocols = std::move(offer);
        std::optional<std::string> agreed;
        chosen.clear();
        client_->connect(
            url("/"),
            {.open = [&](connection& peer) { agreed = std::string(peer.subprotocol()); }}, options);
        EXPECT_TRUE(run_until([&] { return agreed && !chosen.empty(); }));
        return agreed.value_or("failed") + '/' + chosen;
    };
    EXPECT_EQ(agreed_on({"other", "chat"}), "chat/chat");
    EXPECT_EQ(agreed_on({}), "/none");
    EXPECT_EQ(agreed_on({"other"}), "/none");
}

TEST_P(endpoint_http, takes_frames_that_come_with_the_request) {
    serve_echo();
    raw_peer peer = raw_peer::connected_to(port_);
    frame_builder frames(role::client);
    auto request = canned_request();
    request.replace(request.find("/chat?room=1"), 12, "/echo");
    peer.send(request + to_text(frames.text("early")) + to_text(frames.close(1000)));
    EXPECT_TRUE(run_until([&] { return peer.ended(); }));
    EXPECT_TRUE(has(peer.received(), "early")) << peer.received();
    EXPECT_EQ(served_.closed, 1);
    EXPECT_TRUE(served_.why.clean()) << served_.why;
}

WEFT_IN_EVERY_WAY(endpoint_http);

} // namespace
} // namespace weft::testing
