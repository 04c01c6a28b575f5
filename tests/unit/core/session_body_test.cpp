// SPDX-License-Identifier: MIT
// Bodies of plain requests that a session reports in pieces: every cut, exact limits, answers
// before the end, deadlines and pauses.
#include <gtest/gtest.h>

#include <functional>

#include "session_probe.hpp"

namespace weft {
namespace {

using namespace testing;
using namespace std::chrono_literals;

std::string post(const std::string& headers) {
    return "POST /upload HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n";
}

const std::string in_chunks = post("Transfer-Encoding: chunked\r\n");
const std::string five_bytes = post("Content-Length: 5\r\n");

/// A server's session that receives bodies in parts.
struct body_probe : session_probe {
    explicit body_probe(const session_limits& limits = {}, const session_timeouts& timeouts = {})
        : session_probe(role::server, limits, timeouts) {
        options.reports_bodies = true;
    }

    std::string body;
    int heads = 0;
    int requests = 0;
    bool collects = false; ///< whether it does not choose the parts
    std::function<void()> on_piece = [] {};

    void read(std::string_view text) {
        guard_page memory{to_bytes(text)};
        tested.receive(memory.last(text.size()), now);
        follow();
    }

    /// Pulls events until there is none.
    void follow() {
        for (;;) {
            const event next = tested.next_event(now);
            if (next.type == event_type::none) break;
            if (next.type == event_type::body && next.payload.empty()) {
                ++heads;
                if (!collects) {
                    EXPECT_TRUE(tested.receive_body_in_parts(now));
                }
            } else if (next.type == event_type::body) {
                body += to_text(next.payload);
                on_piece();
            } else if (next.type == event_type::http) {
                ++requests;
            } else {
                events.push_back({next.type});
            }
        }
        collect();
        tested.settle();
    }

    [[nodiscard]] std::string answer() const { return to_text(sent); }
};

TEST(session_body, is_the_same_however_it_is_cut) {
    for (const auto& text : {five_bytes + "hello",
                             in_chunks + "2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nDigest: x\r\n\r\n"}) {
        for (const auto& sizes : splittings(text.size())) {
            body_probe probe;
            std::size_t at = 0;
            for (const auto size : sizes) {
                probe.read(std::string_view(text).substr(at, size));
                at += size;
            }
            EXPECT_EQ(probe.body, "hello");
            EXPECT_EQ(probe.heads, 1);
            EXPECT_EQ(probe.requests, 1);
            EXPECT_TRUE(probe.tested.request()->body().empty());
            EXPECT_TRUE(probe.tested.respond({200, {}, "ok"}, probe.now));
            EXPECT_TRUE(probe.tested.keeps_alive());
        }
    }
}

TEST(session_body, is_not_announced_if_there_is_none) {
    for (const auto* headers : {"", "Content-Length: 0\r\n"}) {
        body_probe probe;
        probe.read(post(headers));
        EXPECT_EQ(probe.heads, 0);
        EXPECT_EQ(probe.requests, 1);
    }
}

TEST(session_body, is_collected_if_the_caller_does_not_choose_parts) {
    body_probe probe;
    probe.collects = true;
    probe.read(five_bytes + "hello");
    EXPECT_EQ(probe.heads, 1);
    EXPECT_EQ(probe.body, "");
    ASSERT_EQ(probe.requests, 1);
    EXPECT_EQ(probe.tested.request()->body(), "hello");
}

TEST(session_body, can_be_chosen_only_when_it_is_announced) {
    body_probe probe;
    EXPECT_EQ(probe.tested.receive_body_in_parts(probe.now).error(), errc::not_open);
    probe.read(five_bytes + "he");
    EXPECT_EQ(probe.tested.receive_body_in_parts(probe.now).error(), errc::not_open);
    probe.read("llo");
    EXPECT_EQ(probe.tested.receive_body_in_parts(probe.now).error(), errc::not_open);
}

TEST(session_body, has_an_exact_limit) {
    const session_limits limits{.body_size_max = 5};
    body_probe fits(limits);
    fits.read(five_bytes + "hello");
    EXPECT_EQ(fits.requests, 1);
    body_probe chunks(limits);
    chunks.read(in_chunks + "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n");
    EXPECT_EQ(chunks.requests, 1);

    body_probe announced(limits);
    announced.read(post("Content-Length: 6\r\n") + "h");
    EXPECT_EQ(announced.error(), errc::body_too_large);
    EXPECT_EQ(announced.body, "");
    EXPECT_TRUE(announced.answer().starts_with("HTTP/1.1 413 ")) << announced.answer();
    body_probe grows(limits);
    grows.read(in_chunks + "3\r\nhel\r\n3\r\nlo!\r\n");
    EXPECT_EQ(grows.error(), errc::body_too_large);
    EXPECT_EQ(grows.body, "hel");
    EXPECT_TRUE(grows.answer().starts_with("HTTP/1.1 413 ")) << grows.answer();
}

TEST(session_body, has_the_limit_of_the_options_that_were_chosen_for_it) {
    body_probe probe({.body_size_max = 2});
    session_options larger = probe.options;
    larger.limits.body_size_max = 5;
    guard_page memory{to_bytes(five_bytes)};
    probe.tested.receive(memory.last(five_bytes.size()), probe.now);
    ASSERT_EQ(probe.tested.next_event(probe.now).type, event_type::body);
    probe.tested.change_options(larger);
    ASSERT_TRUE(probe.tested.receive_body_in_parts(probe.now));
    probe.read("hello");
    EXPECT_EQ(probe.body, "hello");
    EXPECT_EQ(probe.requests, 1);
}

TEST(session_body, is_asked_for_after_its_announcement) {
    const auto head = post("Content-Length: 5\r\nExpect: 100-continue\r\n");
    body_probe probe;
    probe.read(head);
    EXPECT_EQ(probe.answer(), "HTTP/1.1 100 Continue\r\n\r\n");

    body_probe refused;
    guard_page memory{to_bytes(head)};
    refused.tested.receive(memory.last(head.size()), refused.now);
    ASSERT_EQ(refused.tested.next_event(refused.now).type, event_type::body);
    ASSERT_TRUE(refused.tested.receive_body_in_parts(refused.now));
    ASSERT_TRUE(refused.tested.respond({403, {}, "no"}, refused.now));
    refused.follow();
    EXPECT_TRUE(refused.answer().starts_with("HTTP/1.1 403 ")) << refused.answer();
    EXPECT_NE(refused.answer().find("Connection: close\r\n"), std::string::npos);
}

TEST(session_body, can_be_answered_before_its_end) {
    body_probe probe;
    probe.on_piece = [&] { EXPECT_TRUE(probe.tested.respond({400, {}, "no"}, probe.now)); };
    probe.read(in_chunks + "3\r\nhel\r\n");
    EXPECT_EQ(probe.body, "hel");
    EXPECT_TRUE(probe.answer().starts_with("HTTP/1.1 400 ")) << probe.answer();
    EXPECT_FALSE(probe.tested.keeps_alive());
    EXPECT_TRUE(probe.tested.output_ends());
    EXPECT_FALSE(probe.tested.finished()); // drops the rest, so that the client reads the answer
    probe.read("2\r\nlo\r\n0\r\n\r\n");
    EXPECT_EQ(probe.body, "hel");
    EXPECT_EQ(probe.requests, 0);
    probe.tested.receive_eof(probe.now);
    EXPECT_TRUE(probe.tested.finished());
    EXPECT_TRUE(probe.events.empty());
}

TEST(session_body, cannot_be_accepted_as_a_handshake) {
    body_probe probe;
    probe.read(five_bytes + "he");
    EXPECT_EQ(probe.tested.accept({}, {}, probe.now).error(), errc::not_open);
    EXPECT_EQ(probe.tested.reject({403, {}, {}}, probe.now).error(), errc::not_open);
}

TEST(session_body, that_is_cut_off_fails) {
    body_probe probe;
    probe.read(five_bytes + "he");
    probe.tested.receive_eof(probe.now);
    probe.follow();
    EXPECT_EQ(probe.error(), errc::unexpected_eof);
    EXPECT_EQ(probe.requests, 0);
}

TEST(session_body, that_is_malformed_fails) {
    body_probe probe;
    probe.read(in_chunks + "3\r\nhelXYZ");
    EXPECT_EQ(probe.body, "hel");
    EXPECT_EQ(probe.error(), errc::bad_request);
    EXPECT_TRUE(probe.answer().starts_with("HTTP/1.1 400 ")) << probe.answer();
    body_probe two;
    two.read(post("Content-Length: 5\r\nContent-Length: 6\r\n"));
    EXPECT_EQ(two.heads, 0);
    EXPECT_EQ(two.error(), errc::bad_request);
}

TEST(session_body, may_take_longer_than_a_handshake_if_it_arrives_fast_enough) {
    body_probe probe({.body_size_max = unlimited});
    probe.read(post("Content-Length: 1000000\r\n"));
    const std::string second(2000, 'x');
    for (int i = 0; i < 300; ++i) {
        probe.advance(1s);
        ASSERT_GT(probe.tested.next_deadline(), probe.now) << i;
        probe.read(second);
    }
    EXPECT_EQ(probe.body.size(), 600'000U);
    EXPECT_TRUE(probe.pass_deadline());
    EXPECT_EQ(probe.error(), errc::message_timeout);
    EXPECT_TRUE(probe.answer().starts_with("HTTP/1.1 408 ")) << probe.answer();
}

TEST(session_body, too_slow_fails) {
    body_probe probe({.body_size_max = unlimited});
    probe.read(post("Content-Length: 1000000\r\n"));
    const auto begun = probe.now;
    while (probe.error() != errc::message_timeout) {
        ASSERT_LT(probe.now - begun, 2min);
        probe.advance(1s);
        if (probe.now < probe.tested.next_deadline()) {
            probe.read("x");
        } else {
            probe.pass_deadline();
        }
    }
    EXPECT_GE(probe.now - begun, 1min);
}

TEST(session_body, has_no_deadline_while_it_is_paused) {
    body_probe probe;
    probe.on_piece = [&] { probe.tested.pause(probe.now); };
    probe.read(in_chunks + "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n");
    EXPECT_EQ(probe.body, "hel");
    EXPECT_FALSE(probe.tested.wants_input());
    EXPECT_EQ(probe.tested.next_deadline(), never);
    probe.advance(1h);
    probe.on_piece = [] {};
    probe.tested.resume(probe.now);
    probe.follow();
    EXPECT_EQ(probe.body, "hello");
    EXPECT_EQ(probe.requests, 1);
    EXPECT_EQ(probe.tested.next_deadline(), probe.now + 10s); // that of a handshake begins again
}

} // namespace
} // namespace weft
