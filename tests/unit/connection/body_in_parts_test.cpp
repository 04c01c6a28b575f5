// SPDX-License-Identifier: MIT
// Plain requests whose body a route receives in pieces: in order, within the route's limit, slowed
// down by a pause, and with any action in the handler.
#include <functional>
#include <stdexcept>
#include <string>

#include "raw_peer_fixture.hpp"
#include "support/allocations.hpp"

namespace weft::testing {
namespace {

class body_in_parts : public connection_fixture {
public:
    std::optional<raw_peer> peer;
    std::string body;
    int pieces = 0;
    int heads = 0;
    int requests = 0;
    int failures = 0;
    report why;
    std::function<void(connection&)> on_head = [](connection&) {};
    std::function<void(connection&)> on_piece = [](connection&) {};

    void serve(const connection_options& options = {}) {
        server->route("/upload", {
            .fail =
                [this](const report& failure) {
                    ++failures;
                    why = failure;
                },
            .http =
                [this](connection& c) {
                    ++requests;
                    EXPECT_TRUE(c.request()->body().empty());
                    (void)c.respond({200, {}, "took " + std::to_string(body.size()) + "\n"});
                },
            .http_body =
                [this](connection& c, std::span<const std::byte> piece) {
                    if (piece.empty()) {
                        ++heads;
                        EXPECT_EQ(c.path(), "/upload");
                        return on_head(c);
                    }
                    ++pieces;
                    body += to_text(piece);
                    on_piece(c);
                },
        }, {.connection = options, .subprotocol = {}});
        server->route("/whole", {.http = [](connection& c) {
            (void)c.respond({200, {}, "whole " + c.request()->body() + "\n"});
        }});
        auto [a, b] = memory_pipe(driver, driver, capacity);
        server_end = a.get();
        server->serve(std::move(a));
        peer.emplace(std::move(b));
    }

    void post(const std::string& path, const std::string& content, const std::string& more = {}) {
        peer->write("POST " + path + " HTTP/1.1\r\nHost: x\r\n" + more +
                    "Content-Length: " + std::to_string(content.size()) + "\r\n\r\n" + content);
        driver.settle();
    }

    [[nodiscard]] bool answered(std::string_view part) const {
        return peer->text().find(part) != std::string::npos;
    }

    connection& uploading() {
        connection* found = nullptr;
        server->for_each([&](connection& c) { found = &c; });
        return *found;
    }
};

TEST_F(body_in_parts, are_received_before_the_request_is_answered) {
    serve();
    post("/upload", "hello");
    EXPECT_EQ(body, "hello");
    EXPECT_EQ(heads, 1);
    EXPECT_EQ(requests, 1);
    EXPECT_TRUE(answered("\r\n\r\ntook 5\n")) << peer->text();
    post("/whole", "world"); // on the same connection
    EXPECT_TRUE(answered("\r\n\r\nwhole world\n")) << peer->text();
    post("/upload", "again");
    EXPECT_EQ(body, "helloagain");
    EXPECT_EQ(heads, 2);
    EXPECT_TRUE(answered("\r\n\r\ntook 10\n")) << peer->text();
    EXPECT_EQ(failures, 0);
    EXPECT_EQ(server->counters().requests, 3U);
}

TEST_F(body_in_parts, are_not_waited_for_without_a_body) {
    serve();
    peer->write("GET /upload HTTP/1.1\r\nHost: x\r\n\r\n");
    driver.settle();
    EXPECT_EQ(heads, 0);
    EXPECT_EQ(requests, 1);
}

TEST_F(body_in_parts, end_where_the_next_request_begins) {
    serve();
    const std::string upload =
        "POST /upload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3;a=b\r\nhel\r\n2\r\nlo\r\n0\r\nX-Sum: 1\r\n\r\n";
    const std::string question =
        "HEAD /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi";
    const std::string whole =
        "POST /whole HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nworld";
    const std::string all = upload + question + whole + upload;
    for (const std::size_t step : {all.size(), std::size_t(1), std::size_t(7)}) {
        body.clear();
        peer->received.clear();
        heads = requests = 0;
        for (std::size_t at = 0; at < all.size(); at += step) {
            peer->write(all.substr(at, step));
            driver.settle();
        }
        EXPECT_EQ(body, "hellohihello");
        EXPECT_EQ(heads, 3);
        EXPECT_EQ(requests, 3);
        EXPECT_TRUE(answered("\r\n\r\ntook 5\nHTTP/1.1 200 ")) << peer->text();
        EXPECT_TRUE(answered("\r\n\r\nHTTP/1.1 200 ")) << peer->text();
        EXPECT_TRUE(answered("\r\n\r\nwhole world\nHTTP/1.1 200 ")) << peer->text();
        EXPECT_TRUE(peer->text().ends_with("\r\n\r\ntook 12\n")) << peer->text();
    }
    EXPECT_EQ(failures, 0);
}

TEST_F(body_in_parts, have_the_limit_of_the_route) {
    serve({.limits = {.body_size_max = 100'000}});
    post("/upload", std::string(100'000, 'x'));
    EXPECT_EQ(requests, 1);
    EXPECT_EQ(body.size(), 100'000U);
    post("/upload", std::string(100'001, 'x'));
    EXPECT_EQ(heads, 1); // the handler is not called for a body that is too large
    EXPECT_EQ(body.size(), 100'000U);
    EXPECT_TRUE(answered("HTTP/1.1 413 ")) << peer->text();
    EXPECT_EQ(failures, 1);
    EXPECT_EQ(why.error, errc::body_too_large);
    EXPECT_EQ(why.http_status, 413);
}

TEST_F(body_in_parts, leave_the_limit_of_other_routes_alone) {
    serve({.limits = {.body_size_max = unlimited}});
    post("/whole", std::string(64 * 1024 + 1, 'x'));
    EXPECT_TRUE(answered("HTTP/1.1 413 ")) << peer->text();
}

TEST_F(body_in_parts, need_no_memory_for_the_whole) {
    serve({.limits = {.body_size_max = unlimited}});
    const std::size_t count = 500;
    const std::string piece(16'000, 'x');
    peer->write("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: " +
                std::to_string(count * piece.size()) + "\r\n\r\n" + piece);
    driver.settle();
    body.reserve(count * piece.size());
    const live_memory held;
    for (std::size_t i = 1; i < count; ++i) {
        peer->write(piece);
        driver.settle();
    }
    EXPECT_LT(held.peak(), 300'000U);
    EXPECT_EQ(body.size(), count * piece.size());
    EXPECT_EQ(requests, 1);
}

TEST_F(body_in_parts, stop_the_client_during_a_pause) {
    serve({.limits = {.body_size_max = unlimited}});
    on_piece = [](connection& c) { c.pause(); };
    const std::string large(2'000'000, 'x');
    post("/upload", large);
    EXPECT_EQ(pieces, 1);
    pass(5min); // longer than any timeout
    EXPECT_EQ(pieces, 1);
    EXPECT_EQ(failures, 0);
    EXPECT_LT(body.size(), 1'000'000U);
    for (int i = 0; i < 1000 && requests == 0; ++i) {
        uploading().resume();
        driver.settle();
    }
    EXPECT_EQ(requests, 1);
    EXPECT_TRUE(body == large);
}

TEST_F(body_in_parts, can_begin_with_a_pause) {
    serve();
    on_head = [](connection& c) { c.pause(); };
    post("/upload", "", "Expect: 100-continue\r\nX: ");
    body.clear();
    heads = 0;
    peer->received.clear();
    peer->write("POST /upload HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                "Content-Length: 5\r\n\r\n");
    driver.settle();
    EXPECT_EQ(heads, 1);
    EXPECT_EQ(peer->text(), "");
    uploading().resume();
    driver.settle();
    EXPECT_EQ(peer->text(), "HTTP/1.1 100 Continue\r\n\r\n");
    peer->write("hello");
    driver.settle();
    EXPECT_EQ(body, "hello");
    EXPECT_TRUE(answered("took 5\n")) << peer->text();
}

TEST_F(body_in_parts, can_be_refused_when_the_head_has_arrived) {
    serve();
    on_head = [](connection& c) { (void)c.respond({401, {}, "Who are you?\n"}); };
    post("/upload", "hello");
    EXPECT_EQ(pieces, 0);
    EXPECT_EQ(requests, 0);
    EXPECT_TRUE(answered("HTTP/1.1 401 ")) << peer->text();
    EXPECT_TRUE(answered("Connection: close\r\n")) << peer->text();
    pass(1min);
    EXPECT_EQ(server->connection_count(), 0U);
    EXPECT_EQ(failures, 0);
}

TEST_F(body_in_parts, can_be_answered_later_from_outside) {
    serve();
    on_piece = [](connection& c) {
        c.defer();
        c.pause();
    };
    post("/upload", "hello");
    ASSERT_EQ(pieces, 1);
    EXPECT_TRUE(uploading().respond({503, {}, "later\n"}));
    driver.settle();
    EXPECT_TRUE(answered("HTTP/1.1 503 ")) << peer->text();
    pass(1min);
    EXPECT_EQ(server->connection_count(), 0U);
}

TEST_F(body_in_parts, report_a_client_that_leaves) {
    serve();
    peer->write("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nhello");
    driver.settle();
    EXPECT_EQ(body, "hello");
    peer.reset();
    driver.settle();
    EXPECT_EQ(failures, 1);
    EXPECT_EQ(requests, 0);
    EXPECT_EQ(server->connection_count(), 0U);
}

TEST_F(body_in_parts, may_end_anything_from_inside_the_handler) {
    const std::function<void(connection&)> actions[] = {
        [](connection& c) { c.close(); },
        [](connection& c) { c.abort(); },
        [this](connection&) { server.reset(); },
        [](connection&) { throw std::runtime_error("no"); },
        [](connection&) { throw std::bad_alloc(); },
        [this](connection&) { server->stop(); },
    };
    for (const bool at_head : {true, false}) {
        for (const auto& action : actions) {
            if (!server) server.emplace(driver);
            peer.reset();
            pieces = requests = 0;
            on_head = on_piece = [](connection&) {};
            (at_head ? on_head : on_piece) = action;
            serve();
            peer->write("POST /upload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n");
            driver.settle();
            EXPECT_EQ(pieces, at_head ? 0 : 1);
            EXPECT_EQ(requests, 0);
            pass(1min);
            EXPECT_TRUE(!server || server->connection_count() == 0);
        }
    }
}

} // namespace
} // namespace weft::testing
