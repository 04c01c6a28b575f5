// SPDX-License-Identifier: MIT
// The opening handshake of a session, both roles: what is reported, answered and refused,
// whatever the pieces in which it comes. The rules themselves are tested with handshake.hpp.
// RFC 6455 §4.
#include <gtest/gtest.h>

#include <weft/core/base64.hpp>

#include <chrono>

#include "support/allocations.hpp"
#include "session_probe.hpp"

namespace weft {
namespace {

using namespace testing;

std::string start_client(session_probe& probe, std::vector<std::string> subprotocols = {}) {
    EXPECT_TRUE(
        probe.tested.start(*uri::parse("ws://example.org/chat?x=1"), std::move(subprotocols)));
    probe.collect();
    return to_text(probe.take_sent());
}

TEST(session_opening, a_server_tells_the_request_and_opens_when_it_is_accepted) {
    const auto request = to_bytes(canned_request("Sec-WebSocket-Protocol: a, b\r\nOrigin: x\r\n"));
    for (const auto& sizes : splittings(request.size())) {
        session_probe probe{role::server};
        probe.feed(request, sizes);
        ASSERT_EQ(probe.events, (std::vector<event_record>{{event_type::request}}));
        EXPECT_FALSE(probe.tested.wants_input());
        EXPECT_EQ(probe.tested.request()->path(), "/chat");
        EXPECT_EQ(probe.tested.offer()->subprotocols, (std::vector<std::string>{"a", "b"}));
        ASSERT_TRUE(probe.tested.accept("b", {{"X-More", "1"}}, probe.now));
        EXPECT_EQ(probe.tested.state(), session_state::open);
        EXPECT_EQ(probe.tested.subprotocol(), "b");
        probe.pull();
        EXPECT_EQ(probe.events.back().type, event_type::opened);
        probe.collect();
        const auto answer = to_text(probe.sent);
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 101 "));
        EXPECT_NE(answer.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"),
                  answer.npos); // the example of RFC 6455 §1.3
        EXPECT_NE(answer.find("Sec-WebSocket-Protocol: b\r\n"), answer.npos);
        EXPECT_NE(answer.find("X-More: 1\r\n"), answer.npos);
    }
}

TEST(session_opening, a_client_opens_when_the_answer_is_in_order) {
    session_probe first{role::client};
    const auto size = canned_response(start_client(first)).size();
    for (const auto& sizes : splittings(size)) {
        session_probe probe{role::client};
        const auto request = start_client(probe);
        EXPECT_TRUE(request.starts_with("GET /chat?x=1 HTTP/1.1\r\nHost: example.org\r\n"));
        probe.feed(to_bytes(canned_response(request)), sizes);
        EXPECT_EQ(probe.events, (std::vector<event_record>{{event_type::opened}}));
        EXPECT_EQ(probe.tested.response()->status(), 101);
        EXPECT_EQ(probe.tested.state(), session_state::open);
    }
}

TEST(session_opening, a_client_takes_its_key_from_the_random_source) {
    session_probe probe{role::client};
    auto expected = probe.random;
    std::array<std::byte, 16> nonce{};
    expected.fill(nonce);
    EXPECT_NE(start_client(probe).find("Sec-WebSocket-Key: " + base64_encode(nonce) + "\r\n"),
              std::string::npos);
}

TEST(session_opening, frames_may_follow_a_handshake_in_the_same_bytes) {
    session_probe server{role::server};
    server.feed(to_bytes(canned_request()) + server.peer.text("early"));
    EXPECT_EQ(server.events, (std::vector<event_record>{{event_type::request}}));
    server.events.clear();
    ASSERT_TRUE(server.tested.accept({}, {}, server.now));
    server.pull();
    EXPECT_EQ(server.events,
              (std::vector<event_record>{{event_type::opened}, text_event("early")}));

    session_probe client{role::client};
    const auto answer = canned_response(start_client(client));
    client.feed(to_bytes(answer) + client.peer.text("early"));
    EXPECT_EQ(client.events,
              (std::vector<event_record>{{event_type::opened}, text_event("early")}));
}

TEST(session_opening, a_decision_may_come_late_and_input_waits_for_it) {
    session_probe probe{role::server};
    probe.feed(to_bytes(canned_request()));
    for (int i = 0; i < 5; ++i)
        probe.feed(probe.peer.text("early"));
    EXPECT_EQ(probe.events.size(), 1U);
    ASSERT_TRUE(probe.tested.accept({}, {}, probe.now));
    probe.pull();
    EXPECT_EQ(probe.events.size(), 7U);
}

TEST(session_opening, a_rejection_is_sent_and_reported) {
    session_probe probe{role::server};
    probe.feed(to_bytes(canned_request()));
    EXPECT_EQ(probe.tested.reject({401, {{"Bad", "a\r\nb: c"}}, {}}, probe.now).error(),
              errc::bad_header); // then another answer may be given
    ASSERT_TRUE(probe.tested.reject({401, {{"WWW-Authenticate", "Basic"}}, "who?"}, probe.now));
    probe.pull();
    probe.collect();
    EXPECT_EQ(probe.events.back().type, event_type::failed);
    EXPECT_EQ(probe.error(), errc::rejected);
    EXPECT_EQ(probe.tested.outcome().http_status, 401);
    EXPECT_EQ(probe.tested.outcome().phase, phase::http);
    EXPECT_EQ(probe.tested.outcome().began, side::local);
    EXPECT_TRUE(to_text(probe.sent).starts_with("HTTP/1.1 401 "));
    EXPECT_TRUE(to_text(probe.sent).ends_with("who?"));
    EXPECT_TRUE(probe.tested.output_ends());
    EXPECT_FALSE(probe.tested.accept({}, {}, probe.now));
}

TEST(session_opening, another_version_of_http_is_named) {
    const auto words_for = [](role of, const std::string& head) {
        session_probe probe{of};
        if (of == role::client) start_client(probe);
        probe.feed(to_bytes(head + "\r\n\r\n"));
        EXPECT_EQ(probe.error(), errc::bad_http_version) << head;
        return to_string(probe.tested.outcome());
    };
    const std::string other = "another version of HTTP than the required 1.1 (";
    EXPECT_NE(words_for(role::server, "PRI * HTTP/2.0\r\n\r\nSM").find(
                  other + "HTTP/2 with prior knowledge, not by an upgrade from HTTP/1.1)"),
              std::string::npos);
    EXPECT_NE(words_for(role::server, "GET / HTTP/2.0").find(other + "HTTP/2.0)"),
              std::string::npos);
    EXPECT_NE(words_for(role::client, "HTTP/3.0 101 Switching Protocols").find(other + "HTTP/3.0)"),
              std::string::npos);
    session_probe probe{role::client};
    auto answer = canned_response(start_client(probe));
    answer.replace(0, 8, "HTTP/1.0");
    probe.feed(to_bytes(answer));
    EXPECT_NE(to_string(probe.tested.outcome()).find(other + "HTTP/1.0)"), std::string::npos)
        << to_string(probe.tested.outcome());
}

// websocket-driver CVE-2026-54466: draft versions accepted
TEST(session_opening, another_version_is_answered_with_426_and_ours) {
    for (const auto* version : {"0", "7", "8", "12", "14", "013", "13, 8", "255", ""}) {
        auto request = canned_request();
        const std::string ours = "Version: 13";
        request.replace(request.find(ours), ours.size(), std::string("Version: ") + version);
        session_probe probe{role::server};
        probe.feed(to_bytes(request));
        EXPECT_EQ(probe.error(), errc::bad_version) << version;
        const auto answer = to_text(probe.sent);
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 426 ")) << version;
        EXPECT_NE(answer.find("\r\nSec-WebSocket-Version: 13\r\n"), answer.npos) << version;
        EXPECT_EQ(probe.tested.outcome().http_status, 426);
        EXPECT_EQ(probe.tested.outcome().began, side::peer);
    }
}

// Accept key unchecked, in several libraries
TEST(session_opening, a_client_refuses_an_answer_that_is_not_in_order) {
    const auto broken = [](std::string_view from, std::string_view to) {
        session_probe probe{role::client};
        auto answer = canned_response(start_client(probe, {"chat"}));
        const auto at = answer.find(from);
        EXPECT_NE(at, answer.npos) << from;
        answer.replace(at, from.size(), to);
        probe.feed(to_bytes(answer) + probe.peer.text("must not be reported"));
        EXPECT_EQ(probe.events, (std::vector<event_record>{{event_type::failed}})) << to;
        EXPECT_TRUE(probe.tested.finished());
        EXPECT_TRUE(probe.sent.empty());
        return std::pair{probe.error(), probe.tested.outcome().http_status};
    };
    using found = std::pair<std::error_code, int>;
    EXPECT_EQ(broken("101", "200"), (found{errc::not_upgraded, 200}));
    EXPECT_EQ(broken("101", "404"), (found{errc::not_upgraded, 404}));
    EXPECT_EQ(broken("Accept: ", "Accept: x"), (found{errc::bad_accept, 101}));
    EXPECT_EQ(broken("Sec-WebSocket-Accept: ", "X: "), (found{errc::bad_accept, 101}));
    EXPECT_EQ(broken("Upgrade: websocket", "X: y"), (found{errc::bad_upgrade, 101}));
    EXPECT_EQ(broken("Connection: Upgrade", "X: y"), (found{errc::bad_connection, 101}));
    EXPECT_EQ(broken("Connection", "Sec-WebSocket-Protocol: other\r\nConnection"),
              (found{errc::unexpected_subprotocol, 101}));
    EXPECT_EQ(broken("Connection", "Sec-WebSocket-Extensions: x\r\nConnection"),
              (found{errc::unexpected_extension, 101}));
    EXPECT_EQ(broken("HTTP/1.1", "FTP/1.1"), (found{errc::bad_response, 0}));
}

TEST(session_opening, a_client_skips_a_few_interim_responses) {
    const auto after = [](int count) {
        session_probe probe{role::client};
        std::string answer;
        for (int i = 0; i < count; ++i) answer += "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n";
        probe.feed(to_bytes(answer + canned_response(start_client(probe, {"chat"}))));
        if (probe.tested.state() == session_state::open) {
            EXPECT_EQ(probe.tested.response()->status(), 101);
            EXPECT_FALSE(probe.tested.response()->header("Link"));
            return 101;
        }
        EXPECT_EQ(probe.error(), errc::not_upgraded);
        return probe.tested.outcome().http_status;
    };
    EXPECT_EQ(after(1), 101);
    EXPECT_EQ(after(8), 101);
    EXPECT_EQ(after(9), 103);
}

// undici CVE-2026-1527: CR and LF in what the application passes
TEST(session_opening, commands_refuse_bytes_that_would_break_out_of_a_header) {
    for (const std::string_view breakout : {"\r", "\n", "\r\nX: y", "NUL"}) {
        const auto inside = breakout == "NUL" ? std::string(1, '\0') : std::string(breakout);
        const auto bad = "a" + inside + "b";
        session_probe client{role::client};
        const auto target = *uri::parse("ws://example.org/");
        EXPECT_EQ(client.tested.start(target, {}, {{"X-A", bad}}).error(), errc::bad_header);
        EXPECT_EQ(client.tested.start(target, {}, {{bad, "x"}}).error(), errc::bad_header);
        EXPECT_EQ(client.tested.start(target, {}, {{"Host", bad}}).error(), errc::bad_header);
        EXPECT_EQ(client.tested.start(target, {bad}).error(), errc::bad_subprotocol);
        EXPECT_EQ(client.tested.output_size(), 0U);
        EXPECT_TRUE(client.tested.start(target));

        session_probe server{role::server};
        server.feed(to_bytes(canned_request()));
        EXPECT_EQ(server.tested.accept({}, {{"X-A", bad}}, server.now).error(), errc::bad_header);
        EXPECT_EQ(server.tested.accept(bad, {}, server.now).error(), errc::bad_subprotocol);
        EXPECT_EQ(server.tested.accept("not-offered", {}, server.now).error(),
                  errc::bad_subprotocol);
        EXPECT_EQ(server.tested.output_size(), 0U);
        EXPECT_TRUE(server.tested.accept({}, {}, server.now));
    }
}

// ws CVE-2024-37890: header count
TEST(session_opening, the_number_of_headers_is_limited_exactly) {
    const auto with_headers = [](std::size_t count) {
        std::string more;
        for (std::size_t i = 5; i < count; ++i)
            more += "X-" + std::to_string(i) + ": y\r\n";
        session_probe probe{role::server};
        probe.feed(to_bytes(canned_request(more)));
        return probe.tested.outcome().http_status;
    };
    EXPECT_EQ(with_headers(100), 0);
    EXPECT_EQ(with_headers(101), 431);
}

TEST(session_opening, the_size_of_the_head_is_limited_exactly) {
    const auto with_size = [](std::size_t size) {
        const auto bare = canned_request("X: \r\n").size();
        session_probe probe{role::server};
        probe.feed(to_bytes(canned_request("X: " + std::string(size - bare, 'y') + "\r\n")));
        return probe.tested.outcome().http_status;
    };
    EXPECT_EQ(with_size(16 * 1024), 0);
    EXPECT_EQ(with_size(16 * 1024 + 1), 431);
}

// tungstenite CVE-2023-43669, ws CVE-2021-32640: quadratic header parse
TEST(session_opening, a_megabyte_of_header_byte_by_byte_is_refused_early_and_costs_little) {
    session_probe probe{role::server};
    std::string head = "GET / HTTP/1.1\r\nX: ";
    head.resize(1024 * 1024, 'y');
    const allocation_counter allocations;
    std::size_t fed = 0;
    for (; fed < head.size() && probe.tested.state() != session_state::closed; ++fed) {
        auto byte = static_cast<std::byte>(head[fed]);
        probe.feed_in_place({&byte, 1});
    }
    EXPECT_EQ(fed, 16U * 1024 + 1);
    EXPECT_LT(allocations.bytes(), 512U * 1024);
    EXPECT_EQ(probe.tested.outcome().http_status, 431);
}

TEST(session_opening, an_early_end_is_reported_in_both_roles) {
    for (const role ours : both_roles) {
        session_probe probe{ours};
        if (ours == role::client) start_client(probe);
        probe.feed(to_bytes(ours == role::server ? "GET / HT" : "HTTP/1.1 1"));
        probe.feed_eof();
        EXPECT_EQ(probe.events, (std::vector<event_record>{{event_type::failed}})) << name_of(ours);
        EXPECT_EQ(probe.error(), errc::unexpected_eof);
        EXPECT_EQ(probe.tested.outcome().phase, phase::http);
        EXPECT_TRUE(probe.tested.finished());
    }
}

TEST(session_opening, a_request_is_reported_before_the_end_that_followed_it) {
    session_probe probe{role::server};
    auto request = to_bytes("GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    probe.tested.receive(request, probe.now);
    probe.tested.receive_eof(probe.now);
    ASSERT_EQ(probe.tested.next_event(probe.now).type, event_type::http);
    ASSERT_TRUE(probe.tested.respond({}, probe.now));
    probe.pull();
    EXPECT_TRUE(probe.events.empty());
    EXPECT_FALSE(probe.tested.finished()); // the answer waits
    probe.collect();
    EXPECT_TRUE(probe.tested.finished());
}

TEST(session_opening, the_handshake_can_be_read_until_it_is_forgotten) {
    for (const role ours : both_roles) {
        session_probe probe{ours};
        probe.open();
        EXPECT_EQ(probe.tested.request(), nullptr);
        EXPECT_EQ(probe.tested.response(), nullptr);
        EXPECT_EQ(probe.tested.offer(), nullptr);
        EXPECT_EQ(probe.tested.subprotocol(), "");
    }
    session_probe early{role::server};
    early.feed(to_bytes(canned_request()));
    early.tested.forget_handshake(); // not before it is decided
    EXPECT_NE(early.tested.request(), nullptr);
}

TEST(session_opening, commands_for_an_open_session_do_nothing_before_it_is_open) {
    for (const role ours : both_roles) {
        session_probe probe{ours};
        EXPECT_FALSE(probe.tested.send("x"));
        EXPECT_FALSE(probe.tested.send_part("x", true));
        EXPECT_FALSE(probe.tested.ping({}, probe.now));
        EXPECT_FALSE(probe.tested.pong({}));
        probe.tested.close(close_code::normal, {}, probe.now);
        EXPECT_EQ(probe.tested.state(), session_state::connecting);
        EXPECT_EQ(probe.tested.output_size(), 0U);
        EXPECT_EQ(probe.tested.reject({403, {}, {}}, probe.now).error(), errc::not_open);
        EXPECT_EQ(probe.tested.respond({}, probe.now).error(), errc::not_open);
    }
}

TEST(session_opening, failing_on_purpose_answers_a_server_s_client) {
    session_probe probe{role::server};
    probe.feed(to_bytes(canned_request()));
    probe.tested.fail(errc::shut_down, probe.now);
    probe.pull();
    probe.collect();
    EXPECT_TRUE(to_text(probe.sent).starts_with("HTTP/1.1 503 "));
    EXPECT_EQ(probe.tested.outcome().began, side::local);
    EXPECT_EQ(probe.events.back().type, event_type::failed);
}

// --- a request that somebody else has read

http_request request_in(const std::string& text) {
    http_head_parser parser{http_kind::request};
    (void)parser.feed(std::as_bytes(std::span{text}));
    EXPECT_EQ(parser.status(), http_head_parser::state::done) << text;
    return parser.take_request();
}

TEST(session_opening, a_request_may_be_handed_over_in_place_of_bytes) {
    for (const bool early : {false, true}) {
        session_probe probe{role::server};
        ASSERT_TRUE(probe.tested.receive_request(request_in(canned_request()), probe.now));
        if (early) probe.tested.receive_early(probe.peer.text("early"), probe.now);
        probe.pull();
        EXPECT_EQ(probe.events, (std::vector<event_record>{{event_type::request}}));
        EXPECT_EQ(probe.tested.request()->path(), "/chat");
        ASSERT_TRUE(probe.tested.accept({}, {}, probe.now));
        probe.pull();
        probe.feed(probe.peer.text("late"));
        std::vector<event_record> wanted{{event_type::request}, {event_type::opened}};
        if (early) wanted.push_back(text_event("early"));
        wanted.push_back(text_event("late"));
        EXPECT_EQ(probe.events, wanted);
        EXPECT_NE(to_text(probe.sent).find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), std::string::npos);
    }
}

TEST(session_opening, a_request_that_is_no_upgrade_is_not_taken) {
    session_probe probe{role::server, {.header_size_max = 200, .header_count_max = 6}};
    const auto error = [&](const std::string& text) {
        return probe.tested.receive_request(request_in(text), probe.now).error();
    };
    EXPECT_EQ(error("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), errc::bad_upgrade);
    EXPECT_EQ(error("POST / HTTP/1.1\r\nHost: x\r\n\r\n"), errc::bad_method);
    EXPECT_EQ(error(canned_request("Content-Length: 1\r\n")), errc::bad_request);
    EXPECT_EQ(error(canned_request("A: b\r\nC: d\r\n")), errc::too_many_headers);
    EXPECT_EQ(error(canned_request("A: " + std::string(200, 'a') + "\r\n")),
              errc::header_too_large);
    EXPECT_EQ(probe.tested.state(), session_state::connecting);
    EXPECT_TRUE(probe.tested.receive_request(request_in(canned_request()), probe.now));
    EXPECT_EQ(error(canned_request()), errc::not_open) << "only once";

    session_probe begun{role::server};
    begun.feed(to_bytes("GET"));
    EXPECT_EQ(begun.tested.receive_request(request_in(canned_request()), begun.now).error(),
              errc::not_open);
    session_probe client{role::client};
    EXPECT_EQ(client.tested.receive_request(request_in(canned_request()), client.now).error(),
              errc::not_open);
}

TEST(session_opening, bytes_that_were_read_before_are_the_first_ones) {
    const auto request = to_bytes(canned_request());
    for (std::size_t early = 0; early <= request.size(); ++early) {
        session_probe probe{role::server};
        probe.tested.receive_early(std::span(request).first(early), probe.now);
        probe.feed(std::span(request).subspan(early));
        EXPECT_EQ(probe.events, (std::vector<event_record>{{event_type::request}})) << early;
    }
}

} // namespace
} // namespace weft
