// SPDX-License-Identifier: MIT
// Several plain requests on one session: served in their order, each with its own deadline, and an
// end between two of them that is not reported. RFC 9112 §9.3.
#include <gtest/gtest.h>

#include <chrono>

#include "session_probe.hpp"

namespace weft {
namespace {

using namespace testing;
using namespace std::chrono_literals;

constexpr const char* get = "GET /health HTTP/1.1\r\nHost: a\r\n\r\n";

/// Answers each plain request with its path and body, until there is none.
void serve(session_probe& probe) {
    for (std::size_t served = 0; served < 1000; ++served) {
        if (!probe.events.empty() && probe.events.back().type == event_type::http) {
            const auto* request = probe.tested.request();
            const auto body = std::string(request->path()) + request->body();
            ASSERT_TRUE(probe.tested.respond({200, {}, body}, probe.now));
            probe.events.back().payload = body;
        }
        probe.pull();
        probe.collect();
        if (!probe.tested.begin_next_request(probe.now)) return;
        probe.events.push_back({});
        probe.pull();
    }
}

std::string served_in(const session_probe& probe) {
    std::string all;
    for (const auto& each : probe.events) {
        if (each.type == event_type::http) all += each.payload + ' ';
        if (each.type == event_type::failed) all += "failed";
    }
    return all;
}

std::string ask(const std::string& line, std::string fields = {}) {
    return line + "\r\nHost: a\r\n" + fields + "\r\n";
}

/// How the connection goes on behind the answer to `request`.
std::string connection_behind(const std::string& request, const session_limits& limits = {}) {
    session_probe probe{role::server, limits};
    probe.feed(to_bytes(request));
    EXPECT_TRUE(probe.tested.respond({200, {}, "x"}, probe.now));
    const bool stays = probe.tested.keeps_alive();
    EXPECT_NE(stays, probe.tested.output_ends());
    probe.collect();
    const auto answer = to_text(probe.sent);
    const auto said = answer.find("\r\nConnection: keep-alive\r\n") != answer.npos;
    EXPECT_EQ(said, stays) << answer;
    return stays ? "stays" : "closes";
}

TEST(keep_alive, is_what_the_client_says_or_its_version_means) {
    EXPECT_EQ(connection_behind(get), "stays");
    EXPECT_EQ(connection_behind(ask("GET / HTTP/1.1", "Connection: Close\r\n")), "closes");
    EXPECT_EQ(connection_behind(ask("GET / HTTP/1.1", "Connection: x,, close\r\n")), "closes");
    EXPECT_EQ(connection_behind(ask("GET / HTTP/1.0")), "closes");
    EXPECT_EQ(connection_behind(ask("GET / HTTP/1.0", "Connection: Keep-Alive\r\n")), "stays");
    EXPECT_EQ(connection_behind(ask("GET / HTTP/1.0", "Connection: keep-alive, close\r\n")),
              "closes");
    EXPECT_EQ(connection_behind(get, {.request_count_max = 1}), "closes");
}

TEST(keep_alive, requests_are_served_in_their_order_however_they_are_cut) {
    const auto requests = to_bytes(
        ask("GET /1 HTTP/1.1") + ask("POST /2 HTTP/1.1", "Content-Length: 5\r\n") + "hello" +
        "\r\n" + ask("POST /3 HTTP/1.1", "Transfer-Encoding: chunked\r\n") +
        "2\r\nhe\r\n0\r\n\r\n" + ask("GET /4 HTTP/1.1"));
    for (const auto& sizes : splittings(requests.size())) {
        session_probe probe{role::server};
        auto rest = std::span<const std::byte>(requests);
        for (const auto size : sizes) {
            probe.feed(rest.first(size));
            serve(probe);
            rest = rest.subspan(size);
        }
        EXPECT_EQ(served_in(probe), "/1 /2hello /3he /4 ");
        EXPECT_TRUE(probe.tested.between_requests());
    }
}

TEST(keep_alive, a_websocket_may_follow) {
    session_probe probe{role::server};
    probe.feed(to_bytes(get + canned_request()));
    serve(probe);
    ASSERT_EQ(probe.events.back().type, event_type::request);
    EXPECT_EQ(probe.tested.request()->path(), "/chat");
    ASSERT_TRUE(probe.tested.accept({}, {}, probe.now));
    probe.pull();
    EXPECT_EQ(probe.events.back().type, event_type::opened);
}

TEST(keep_alive, the_next_request_waits_until_the_answer_has_left) {
    session_probe probe{role::server};
    auto bytes = to_bytes(std::string(get) + get);
    probe.tested.receive(bytes, probe.now);
    ASSERT_EQ(probe.tested.next_event(probe.now).type, event_type::http);
    ASSERT_TRUE(probe.tested.respond({200, {}, "x"}, probe.now));
    EXPECT_FALSE(probe.tested.wants_input());
    EXPECT_FALSE(probe.tested.begin_next_request(probe.now)) << "output waits";
    EXPECT_EQ(probe.tested.next_event(probe.now).type, event_type::none);
    EXPECT_NE(probe.tested.request(), nullptr);
    probe.tested.consume_output(probe.tested.output_size() - 1, probe.now);
    EXPECT_FALSE(probe.tested.begin_next_request(probe.now));
    probe.collect();
    EXPECT_TRUE(probe.tested.begin_next_request(probe.now));
    EXPECT_EQ(probe.tested.request(), nullptr);
    EXPECT_EQ(probe.tested.next_event(probe.now).type, event_type::http);
}

TEST(keep_alive, requests_are_counted) {
    session_probe probe{role::server, {.request_count_max = 3}};
    std::string many;
    for (int i = 0; i < 5; ++i) many += get;
    probe.feed(to_bytes(many));
    serve(probe);
    EXPECT_EQ(served_in(probe), "/health /health /health ");
    EXPECT_TRUE(probe.tested.output_ends());
}

TEST(keep_alive, an_end_between_requests_is_not_reported) {
    for (const bool times_out : {false, true}) {
        session_probe probe{role::server, {}, {.handshake = 3s, .keep_alive = 7s}};
        probe.feed(to_bytes(get));
        serve(probe);
        probe.sent.clear();
        EXPECT_EQ(probe.tested.next_deadline(), probe.now + 7s);
        if (times_out) {
            ASSERT_TRUE(probe.pass_deadline());
        } else {
            probe.feed_eof();
        }
        EXPECT_EQ(served_in(probe), "/health ");
        EXPECT_TRUE(probe.sent.empty());
        EXPECT_TRUE(probe.tested.output_ends());
        EXPECT_EQ(probe.tested.finished(), !times_out);
        EXPECT_FALSE(probe.tested.end_waits());
    }
    session_probe reset{role::server};
    reset.feed(to_bytes(get));
    serve(reset);
    reset.tested.receive_error(std::make_error_code(std::errc::connection_reset), reset.now);
    reset.pull();
    EXPECT_EQ(served_in(reset), "/health ");
    EXPECT_TRUE(reset.tested.finished());
}

TEST(keep_alive, a_slow_request_has_the_time_of_the_first) {
    session_probe probe{role::server, {}, {.handshake = 3s, .keep_alive = 7s}};
    probe.feed(to_bytes(get));
    serve(probe);
    probe.advance(6s);
    probe.feed(to_bytes("\r\nGET"));
    const auto begun = probe.now;
    probe.advance(2s);
    probe.feed(to_bytes(" /"));
    EXPECT_EQ(probe.tested.next_deadline(), begun + 3s);
    probe.sent.clear();
    ASSERT_TRUE(probe.pass_deadline());
    EXPECT_EQ(probe.error(), errc::handshake_timeout);
    EXPECT_TRUE(to_text(probe.sent).starts_with("HTTP/1.1 408 "));
    EXPECT_TRUE(probe.tested.output_ends());
}

TEST(keep_alive, ends_with_the_first_request_that_is_refused) {
    session_probe probe{role::server};
    probe.feed(to_bytes(std::string(get) + "nonsense\r\n\r\n" + get));
    serve(probe);
    EXPECT_EQ(served_in(probe), "/health failed");
    EXPECT_EQ(probe.error(), errc::bad_request);
    EXPECT_NE(to_text(probe.sent).find("Connection: close\r\n\r\n400 "), std::string::npos);
    EXPECT_TRUE(probe.tested.output_ends());
}

TEST(keep_alive, an_end_that_came_early_waits_for_the_requests_before_it) {
    session_probe probe{role::server};
    auto bytes = to_bytes(std::string(get) + get);
    probe.tested.receive(bytes, probe.now);
    probe.tested.receive_eof(probe.now);
    int served = 0;
    do {
        while (probe.tested.next_event(probe.now).type == event_type::http) {
            ASSERT_TRUE(probe.tested.respond({204, {}, {}}, probe.now));
            ++served;
        }
        probe.collect();
    } while (probe.tested.begin_next_request(probe.now));
    EXPECT_EQ(served, 2);
    EXPECT_TRUE(probe.tested.finished());
}

struct fixed_clock final : wall_clock {
    [[nodiscard]] std::chrono::sys_seconds utc() const noexcept override {
        return std::chrono::sys_seconds(784111777s);
    }
};

TEST(keep_alive, each_answer_has_a_date) {
    const fixed_clock clock;
    for (const char* text : {get, "nonsense\r\n\r\n"}) {
        session_probe probe{role::server};
        probe.options.clock = &clock;
        probe.feed(to_bytes(text));
        serve(probe);
        EXPECT_NE(to_text(probe.sent).find("\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"),
                  std::string::npos); // the example of RFC 9110 §5.6.7
    }
}

} // namespace
} // namespace weft
