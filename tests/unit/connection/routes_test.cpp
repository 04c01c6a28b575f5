// SPDX-License-Identifier: MIT
// Which route a request goes to, and what a handshake or a plain request is answered.
#include <stdexcept>

#include "connection_fixture.hpp"

namespace weft::testing {
namespace {

class routes_test : public connection_fixture {
public:
    std::string reached;

    handlers naming(const std::string& name) {
        return {.open = [this, name](connection&) { reached += name; }};
    }

    /// The route that a client of `target` with `subprotocols` reaches.
    std::string reach(const std::string& target, std::vector<std::string> subprotocols = {}) {
        reached.clear();
        connect_options options;
        options.subprotocols = std::move(subprotocols);
        connection& c = link("ws://x" + target, std::move(options));
        driver.settle();
        if (reached.empty()) return std::to_string(at_client.end->http_status);
        c.close();
        driver.settle();
        return reached;
    }

    std::string ask(const std::string& request) {
        auto peer = visit();
        peer.write(request);
        driver.settle();
        return peer.text();
    }
};

TEST_F(routes_test, the_longest_path_that_matches_wins) {
    server->route("/a*", naming("a*"));
    server->route("/a", naming("a"));
    server->route("/a/b*", naming("ab*"));
    EXPECT_EQ(reach("/a"), "a");
    EXPECT_EQ(reach("/a?x=y"), "a");
    EXPECT_EQ(reach("/ab"), "a*");
    EXPECT_EQ(reach("/a/b"), "ab*");
    EXPECT_EQ(reach("/a/b/c"), "ab*");
    EXPECT_EQ(reach("/b"), "404");
    EXPECT_EQ(reach("/"), "404");
    server->route("*", naming("*"));
    EXPECT_EQ(reach("/b"), "*");
}

TEST_F(routes_test, the_second_of_two_alike_replaces_the_first) {
    auto first = naming("first");
    first.message = [this](connection&, message) { reached += " received"; };
    server->route("/a", std::move(first));
    server->route("/a", naming("other"), {.subprotocol = "other"});
    server->route("/a", naming("elsewhere"), {.host = "elsewhere.example"});
    EXPECT_EQ(reach("/a"), "first");
    connection& before = link("ws://x/a");
    driver.settle();
    server->route("/a", naming("second"));
    EXPECT_EQ(reach("/a"), "second");
    EXPECT_EQ(reach("/a", {"other"}), "other");
    reached.clear();
    before.send("still"); // stays with its handlers
    driver.settle();
    EXPECT_EQ(reached, " received");
}

TEST_F(routes_test, one_for_plain_requests_and_one_for_websockets_stand_side_by_side) {
    server->route("/a", {.http = [](connection& c) { (void)c.respond({200, {}, "page"}); }});
    server->route("/a", naming("socket"));
    EXPECT_EQ(reach("/a"), "socket");
    EXPECT_TRUE(ask("GET /a HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("page"));
    server->route("/a", naming("socket again"));
    EXPECT_EQ(reach("/a"), "socket again");
    EXPECT_TRUE(ask("GET /a HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("page"));
}

TEST_F(routes_test, a_host_has_routes_of_its_own) {
    server->route("/a", naming("all"));
    server->route("/*", naming("one*"), {.host = "One.example"});
    server->route("/a", naming("one"), {.host = "one.example"});
    server->route("/a", naming("below"), {.host = "*.example"});
    server->route("/a", naming("deep"), {.host = "*.deep.example"});
    server->route("/only", naming("six"), {.host = "[::1]"});
    const auto reach_at = [this](const std::string& host, const std::string& path) {
        connect_options options;
        options.headers = {{"Host", host}};
        reached.clear();
        connection& c = link("ws://x" + path, std::move(options));
        driver.settle();
        if (reached.empty()) return std::to_string(at_client.end->http_status);
        c.close();
        driver.settle();
        return reached;
    };
    EXPECT_EQ(reach_at("one.example", "/a"), "one");
    EXPECT_EQ(reach_at("ONE.example.:9001", "/a"), "one");
    EXPECT_EQ(reach_at("one.example", "/b"), "one*");
    EXPECT_EQ(reach_at("two.example:80", "/a"), "below");
    EXPECT_EQ(reach_at("a.deep.example", "/a"), "deep");
    EXPECT_EQ(reach_at("deep.example", "/a"), "below");
    EXPECT_EQ(reach_at("example", "/a"), "all");
    EXPECT_EQ(reach_at("badone.example2", "/a"), "all");
    EXPECT_EQ(reach_at("two.example", "/b"), "404");
    EXPECT_EQ(reach_at("[::1]:9001", "/only"), "six");
    EXPECT_EQ(reach_at("[::2]", "/only"), "404");
}

TEST_F(routes_test, subprotocols_in_the_clients_order_come_before_none) {
    server->route("/", naming("none"));
    server->route("/", naming("one"), {.connection = {}, .subprotocol = "one"});
    server->route("/", naming("two"), {.connection = {}, .subprotocol = "two"});
    EXPECT_EQ(reach("/"), "none");
    EXPECT_EQ(reach("/", {"one", "two"}), "one");
    EXPECT_EQ(reach("/", {"two", "one"}), "two");
    EXPECT_EQ(reach("/", {"three", "two"}), "two");
    EXPECT_EQ(reach("/", {"three"}), "none");
}

TEST_F(routes_test, no_subprotocol_that_is_served) {
    server->route("/", naming("one"), {.connection = {}, .subprotocol = "one"});
    EXPECT_EQ(reach("/"), "400");
    EXPECT_EQ(reach("/", {"two"}), "400");
    EXPECT_EQ(at_client.end->error, errc::not_upgraded);
}

TEST_F(routes_test, failures_before_a_route_go_to_on_fail) {
    std::optional<report> failed;
    server->on_fail([&](const report& why) { failed = why; });
    EXPECT_EQ(reach("/"), "404");
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->error, errc::rejected);
    EXPECT_EQ(failed->http_status, 404);
    EXPECT_EQ(failed->phase, phase::http);
    EXPECT_TRUE(ask("BROKEN\r\n\r\n").starts_with("HTTP/1.1 400 "));
    EXPECT_EQ(failed->error, errc::bad_request);
    EXPECT_EQ(failed->began, side::peer);
}

TEST_F(routes_test, limits_until_a_route_is_found) {
    session_limits limits;
    limits.header_size_max = 200;
    server->handshake_options(limits, {});
    server->route("/", naming("root"));
    EXPECT_TRUE(ask("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(300, 'x'))
                    .starts_with("HTTP/1.1 431 "));
}

// --- validate

TEST_F(routes_test, validate_rejects_with_status_headers_and_body) {
    at_server.on["validate"] = [](connection* c) {
        EXPECT_EQ(c->state(), session_state::connecting);
        EXPECT_TRUE(c->reject({401, {{"WWW-Authenticate", "Basic"}}, "who?"}));
        EXPECT_EQ(c->reject(403).error(), errc::not_open);
        EXPECT_EQ(c->accept().error(), errc::not_open);
        EXPECT_EQ(c->send("no"), send_result::closed);
    };
    server->route("/chat", at_server.all());
    const auto answer = ask(canned_request());
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 401 Unauthorized\r\n")) << answer;
    EXPECT_NE(answer.find("WWW-Authenticate: Basic\r\n"), std::string::npos);
    EXPECT_TRUE(answer.ends_with("\r\n\r\nwho?"));
    EXPECT_EQ(at_server.log, (std::vector<std::string>{"validate", "fail"}));
    EXPECT_EQ(at_server.end->error, errc::rejected);
    EXPECT_EQ(at_server.end->http_status, 401);
    EXPECT_EQ(at_server.end->began, side::local);
    expect_all_over();
}

TEST_F(routes_test, validate_accepts_with_headers_and_a_subprotocol) {
    at_server.on["validate"] = [](connection* c) {
        EXPECT_EQ(c->accept("three").error(), errc::bad_subprotocol);
        EXPECT_EQ(c->accept("two", {{"X", "a\r\nb"}}).error(), errc::bad_header);
        EXPECT_TRUE(c->accept("two", {{"X-More", "yes"}}));
    };
    server->route("/", at_server.all());
    std::string more;
    at_client.on["open"] = [&](connection* c) { more = c->header("x-more").value_or(""); };
    connect_options options;
    options.subprotocols = {"one", "two"};
    link("ws://x/", std::move(options));
    driver.settle();
    EXPECT_EQ(more, "yes");
    EXPECT_EQ(served().subprotocol(), "two");
    EXPECT_EQ(outbound().subprotocol(), "two");
}

// Opens with the subprotocol that the route is for, whoever accepts and when.
TEST_F(routes_test, accepting_without_a_name_selects_the_subprotocol_of_the_route) {
    connection_handle later;
    at_server.on["validate"] = [&](connection* c) {
        if (c->path() == "/later") {
            c->defer();
            later = c->handle();
        } else {
            EXPECT_TRUE(c->path() == "/headers" ? c->accept({}, {{"X-More", "yes"}}) : c->accept());
        }
    };
    server->route("*", at_server.all(), {.subprotocol = "two"});
    for (const char* path : {"/at-once", "/headers", "/later"}) {
        connect_options options;
        options.subprotocols = {"one", "two"};
        link("ws://x" + std::string(path), std::move(options));
        driver.settle();
        later.with([](connection& c) { EXPECT_TRUE(c.accept()); });
        driver.settle();
        EXPECT_EQ(served().subprotocol(), "two") << path;
        EXPECT_EQ(outbound().subprotocol(), "two") << path;
        outbound().close();
        driver.settle();
    }
}

TEST_F(routes_test, a_decision_that_comes_later) {
    connection_handle later;
    at_server.on["validate"] = [&](connection* c) {
        c->defer();
        later = c->handle();
    };
    server->route("/", at_server.all());
    at_client.on["open"] = [](connection* c) { c->send("early"); };
    link();
    driver.settle();
    EXPECT_EQ(at_server.opens, 0);
    later.with([](connection& c) {
        EXPECT_EQ(c.path(), "/");
        EXPECT_TRUE(c.accept());
    });
    driver.settle();
    EXPECT_TRUE(at_server.logged("message early"));
}

TEST_F(routes_test, a_rejection_that_comes_later_outside_a_turn) {
    at_server.on["validate"] = [](connection* c) { c->defer(); };
    server->route("/", at_server.all());
    link();
    driver.settle();
    EXPECT_TRUE(served().reject(403, "no"));
    driver.settle();
    EXPECT_EQ(at_client.end->http_status, 403);
    EXPECT_EQ(at_server.end->http_status, 403);
    expect_all_over();
}

TEST_F(routes_test, a_decision_that_never_comes) {
    at_server.on["validate"] = [](connection* c) { c->defer(); };
    server->route("/", at_server.all());
    link();
    driver.settle();
    pass(10s);
    EXPECT_EQ(at_server.end->error, errc::handshake_timeout);
    EXPECT_EQ(at_server.end->http_status, 408);
    EXPECT_EQ(at_client.ends, 1);
    pass(5s);
    expect_all_over();
}

TEST_F(routes_test, accepted_and_closed_in_validate) {
    at_server.on["validate"] = [](connection* c) {
        ASSERT_TRUE(c->accept());
        EXPECT_EQ(c->send("first"), send_result::accepted);
        c->close(close_code::try_again_later);
    };
    server->route("/", at_server.all());
    link();
    driver.settle();
    EXPECT_TRUE(at_client.logged("message first"));
    EXPECT_EQ(at_client.end->received->code, close_code::try_again_later);
    EXPECT_EQ(at_server.ends, 1);
    expect_all_over();
}

// --- http

constexpr const char* get = "GET /page?a=b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

TEST_F(routes_test, http_responds) {
    at_server.on["http"] = [](connection* c) {
        EXPECT_EQ(c->path(), "/page");
        EXPECT_EQ(c->query_value("a"), "b");
        EXPECT_TRUE(c->respond({200, {{"Content-Type", "text/html"}}, "<p>"}));
        EXPECT_EQ(c->respond({200, {}, "again"}).error(), errc::not_open);
    };
    server->route("/page", at_server.all_and_http());
    const auto answer = ask(get);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_NE(answer.find("Content-Length: 3\r\n"), std::string::npos);
    EXPECT_TRUE(answer.ends_with("\r\n\r\n<p>"));
    EXPECT_EQ(at_server.log, std::vector<std::string>{"http"});
    expect_all_over();
}

TEST_F(routes_test, http_hears_the_body_whole) {
    server->route("/", at_server.all_and_http());
    auto peer = visit();
    server_end->deliver_at_most(1);
    peer.write("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");
    driver.settle();
    EXPECT_EQ(at_server.log, std::vector<std::string>{"http hello"});
}

TEST_F(routes_test, http_later_and_never) {
    at_server.on["http"] = [](connection* c) { c->defer(); };
    server->route("/page", at_server.all_and_http());
    auto peer = visit();
    peer.write(get);
    driver.settle();
    EXPECT_EQ(peer.text(), "");
    EXPECT_TRUE(served().respond({200, {}, "later"}));
    driver.settle();
    EXPECT_TRUE(peer.text().ends_with("later"));
    EXPECT_TRUE(peer.eof);

    auto second = visit();
    second.write(get);
    driver.settle();
    pass(10s);
    EXPECT_TRUE(second.text().starts_with("HTTP/1.1 408 ")) << second.text();
    EXPECT_EQ(at_server.ends, 1);
    expect_all_over();
}

TEST_F(routes_test, http_that_does_not_answer_is_404) {
    server->route("/page", at_server.all_and_http());
    EXPECT_TRUE(ask(get).starts_with("HTTP/1.1 404 "));
    EXPECT_TRUE(ask("GET /other HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    .starts_with("HTTP/1.1 404 "));
    server->route("/socket", at_client.all());
    const auto upgrade = ask("GET /socket HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(upgrade.starts_with("HTTP/1.1 426 ")) << upgrade;
    EXPECT_NE(upgrade.find("Sec-WebSocket-Version: 13\r\n"), std::string::npos);
    expect_all_over();
}

TEST_F(routes_test, options_of_the_server_as_a_whole_are_answered_unless_a_route_does) {
    const std::string options = "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    server->route("/page", at_server.all_and_http());
    const auto answer = ask(options);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 204 ")) << answer;
    EXPECT_NE(answer.find("Allow: GET, HEAD, OPTIONS\r\n"), std::string::npos) << answer;
    EXPECT_TRUE(ask("OPTIONS /other HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    .starts_with("HTTP/1.1 404 "));
    at_server.on["http"] = [](connection* c) { c->respond({200, {}, "body"}); };
    server->route("*", at_server.all_and_http());
    EXPECT_TRUE(ask(options).starts_with("HTTP/1.1 200 "));
    expect_all_over();
}

TEST_F(routes_test, head_has_no_body) {
    at_server.on["http"] = [](connection* c) { c->respond({200, {}, "body"}); };
    server->route("/", at_server.all_and_http());
    const auto answer = ask("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_NE(answer.find("Content-Length: 4\r\n"), std::string::npos);
    EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(routes_test, what_throws_behind_its_answer_is_the_last_request) {
    server->route("/", {.http = [](connection& c) {
        c.respond({204, {}, {}});
        throw std::runtime_error("too late");
    }});
    const auto answer = ask("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(answer.find("HTTP/1.1", 1), answer.npos) << answer;
}

TEST_F(routes_test, a_route_for_plain_requests_only_serves_no_websocket) {
    server->route("/", {.http = [](connection& c) { c.respond({200, {}, "plain"}); }});
    EXPECT_EQ(reach("/"), "404");
    EXPECT_TRUE(ask("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").ends_with("plain"));
}

TEST_F(routes_test, faulty_dial_options_fail_in_the_next_round) {
    connect_options options;
    options.headers = {{"Y", "fine"}, {"X", "a\r\nb"}};
    link("ws://x/", std::move(options));
    EXPECT_TRUE(at_client.log.empty());
    driver.settle();
    EXPECT_EQ(at_client.log, std::vector<std::string>{"fail"});
    EXPECT_EQ(at_client.end->error, errc::bad_header);
    EXPECT_EQ(at_client.end->began, side::local);
    EXPECT_EQ(at_client.end->detail, "X");
    driver.settle();
    expect_all_over();
}

} // namespace
} // namespace weft::testing
