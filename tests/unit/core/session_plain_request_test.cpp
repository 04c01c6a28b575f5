// SPDX-License-Identifier: MIT
// Plain requests to a session: their body, its limits, what a client expects, and the host.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "session_probe.hpp"

namespace weft {
namespace {

using namespace testing;

TEST(session_opening, a_plain_request_is_answered_with_its_body_read) {
    const auto request =
        to_bytes("POST /form HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\n"
                 "hello");
    for (const auto& sizes : splittings(request.size())) {
        session_probe probe{role::server};
        probe.feed(request, sizes);
        ASSERT_EQ(probe.events, (std::vector<event_record>{{event_type::http}}));
        EXPECT_EQ(probe.tested.request()->body(), "hello");
        EXPECT_EQ(probe.tested.accept({}, {}, probe.now).error(), errc::not_open);
        ASSERT_TRUE(probe.tested.respond({200, {}, "fine"}, probe.now));
        probe.pull();
        probe.collect();
        EXPECT_EQ(probe.events.size(), 1U); // closed without an event
        EXPECT_TRUE(to_text(probe.sent).ends_with("\r\n\r\nfine"));
        EXPECT_TRUE(probe.tested.output_ends());
        EXPECT_FALSE(probe.tested.finished());
        probe.feed_eof();
        EXPECT_TRUE(probe.tested.finished());
    }
}

TEST(session_opening, a_content_length_is_limited_and_nothing_but_digits) {
    const session_limits limits{.body_size_max = 5};
    for (const auto& [fields, expected] :
         {std::pair{"Content-Length: 6", errc::body_too_large},
          {"Content-Length: 18446744073709551616", errc::body_too_large},
          {"Content-Length: +5", errc::bad_request},
          {"Content-Length: 5,5", errc::bad_request},
          {"Content-Length: -1", errc::bad_request},
          {"Content-Length: ", errc::bad_request},
          {"Content-Length: 5\r\nContent-Length: 5", errc::bad_request}}) {
        session_probe probe{role::server, limits};
        probe.feed(to_bytes(std::string("POST / HTTP/1.1\r\nHost: a\r\n") + fields + "\r\n\r\n"));
        EXPECT_EQ(probe.error(), expected) << fields;
        EXPECT_EQ(probe.events, (std::vector<event_record>{{event_type::failed}})) << fields;
        EXPECT_EQ(probe.tested.outcome().http_status, expected == errc::body_too_large ? 413 : 400);
    }
}

// RFC 9110 §7.8
TEST(session_opening, an_upgrade_in_http_1_0_is_a_plain_request) {
    auto request = canned_request();
    request.replace(request.find("HTTP/1.1"), 8, "HTTP/1.0");
    for (const auto& sizes : splittings(request.size())) {
        session_probe probe{role::server};
        probe.feed(to_bytes(request), sizes);
        ASSERT_EQ(probe.events, (std::vector<event_record>{{event_type::http}}));
        EXPECT_FALSE(probe.tested.accept({}, {}, probe.now));
        EXPECT_TRUE(probe.tested.respond({200, {}, "fine"}, probe.now));
    }
}

TEST(session_opening, a_refused_head_request_gets_no_body) {
    session_probe probe{role::server};
    probe.feed(to_bytes("HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n"));
    const auto answer = to_text(probe.sent);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

// --- Expect, RFC 9110 §10.1.1

constexpr std::string_view continues = "HTTP/1.1 100 Continue\r\n\r\n";

TEST(session_opening, a_client_that_waits_for_100_is_sent_it) {
    for (const std::string framing : {"Content-Length: 5", "Transfer-Encoding: chunked"}) {
        const auto head = "POST /form HTTP/1.1\r\nHost: a\r\n" + framing +
            "\r\nExpect: 100-Continue\r\n\r\n";
        const std::string body = framing[0] == 'C' ? "hello" : "5\r\nhello\r\n0\r\n\r\n";
        for (const auto& sizes : splittings(head.size())) {
            session_probe probe{role::server};
            probe.feed(to_bytes(head), sizes);
            EXPECT_EQ(to_text(probe.take_sent()), continues);
            EXPECT_TRUE(probe.events.empty());
            EXPECT_TRUE(probe.tested.wants_input());
            probe.feed(to_bytes(body));
            ASSERT_EQ(probe.events, (std::vector<event_record>{{event_type::http}}));
            EXPECT_EQ(probe.tested.request()->body(), "hello");
            EXPECT_TRUE(probe.sent.empty());
        }
        session_probe eager{role::server};
        eager.feed(to_bytes(head + body));
        EXPECT_EQ(eager.events, (std::vector<event_record>{{event_type::http}}));
        EXPECT_TRUE(eager.sent.empty()) << "it has not waited";
    }
}

TEST(session_opening, no_100_is_sent_where_no_body_follows) {
    const auto answer_to = [](const std::string& request) {
        session_probe probe{role::server, {.body_size_max = 5}};
        probe.feed(to_bytes(request));
        return to_text(probe.sent).substr(0, 13);
    };
    const std::string expect = "Host: a\r\nExpect: 100-continue\r\n";
    EXPECT_EQ(answer_to("GET / HTTP/1.1\r\n" + expect + "\r\n"), "");
    EXPECT_EQ(answer_to("POST / HTTP/1.1\r\n" + expect + "Content-Length: 0\r\n\r\n"), "");
    EXPECT_EQ(answer_to("POST / HTTP/1.0\r\n" + expect + "Content-Length: 5\r\n\r\n"), "");
    EXPECT_EQ(answer_to("POST / HTTP/1.1\r\n" + expect + "Content-Length: 6\r\n\r\n"),
              "HTTP/1.1 413 ");
}

TEST(session_opening, an_unknown_expectation_is_answered_with_417) {
    session_probe probe{role::server};
    probe.feed(to_bytes("POST / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n"
                        "Content-Length: 5\r\n\r\n"));
    EXPECT_EQ(probe.error(), errc::unknown_expectation);
    EXPECT_TRUE(to_text(probe.sent).starts_with("HTTP/1.1 417 "));
}

// RFC 9112 §3.2: whoever forwarded the request may have read another host in it.
TEST(session_opening, a_plain_request_names_one_host) {
    const auto error_of = [](std::string_view version, std::string_view fields) {
        session_probe probe{role::server};
        probe.feed(to_bytes("GET / HTTP/" + std::string(version) + "\r\n" + std::string(fields) +
                            "\r\n"));
        return probe.error();
    };
    EXPECT_FALSE(error_of("1.1", "Host: a\r\n"));
    EXPECT_FALSE(error_of("1.0", "Host: a\r\n"));
    EXPECT_FALSE(error_of("1.0", ""));
    for (const auto* fields : {"", "Host:\r\n", "Host: a b\r\n", "Host: a/b\r\n",
                               "Host: a@b\r\n", "Host: a\r\nHost: a\r\n", "Host: a:0x\r\n",
                               "Host: [::1\r\n"}) {
        EXPECT_EQ(error_of("1.1", fields), errc::bad_host) << fields;
    }
    EXPECT_EQ(error_of("1.0", "Host: a\r\nhost: b\r\n"), errc::bad_host);
}

} // namespace
} // namespace weft
