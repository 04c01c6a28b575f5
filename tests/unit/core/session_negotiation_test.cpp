// SPDX-License-Identifier: MIT
// Two sessions agree on a codec by their handshakes, or do without one.
#include <gtest/gtest.h>

#include <new>
#include <optional>

#include "session_probe.hpp"
#include "support/allocations.hpp"
#include "support/run_length_codec.hpp"

namespace weft {
namespace {

using namespace testing;

/// Opens a pair of sessions by their own handshakes.
struct negotiated {
    run_length_extension of_client, of_server;
    dice random{5};
    time_point now{std::chrono::hours(1)};
    session_options client_options{role::client, {}, {}, &random, &of_client};
    session_options server_options{role::server, {}, {}, &random, &of_server};
    std::optional<session> client, server;

    void run(bool client_has = true, bool server_has = true) {
        if (!client_has) client_options.extension = nullptr;
        if (!server_has) server_options.extension = nullptr;
        client.emplace(client_options, now);
        server.emplace(server_options, now);
        ASSERT_TRUE(client->start(*uri::parse("ws://example.org/")));
        auto request = taken(*client);
        server->receive(request, now);
        ASSERT_EQ(server->next_event(now).type, event_type::request);
        ASSERT_TRUE(server->accept({}, {}, now));
        ASSERT_EQ(server->next_event(now).type, event_type::opened);
        auto response = taken(*server);
        client->receive(response, now);
        ASSERT_EQ(client->next_event(now).type, event_type::opened);
    }

    byte_string taken(session& from) const {
        byte_string bytes;
        for (const auto piece : from.output())
            bytes.insert(bytes.end(), piece.begin(), piece.end());
        from.consume_output(bytes.size(), now);
        return bytes;
    }

    static std::string agreed(const session& at) {
        return at.codec() ? std::string(at.codec()->agreed()) : "none";
    }
};

TEST(session_extension, is_agreed_where_both_sides_have_it) {
    negotiated both;
    both.run();
    EXPECT_EQ(negotiated::agreed(*both.server), "x-run-length; context");
    EXPECT_EQ(negotiated::agreed(*both.client), "x-run-length; context");
    both.server->forget_handshake();
    both.client->forget_handshake();
    EXPECT_EQ(negotiated::agreed(*both.client), "x-run-length; context");
    EXPECT_TRUE(both.client->send(std::string(100, 'x')));
    auto bytes = both.taken(*both.client);
    EXPECT_LT(bytes.size(), 20U);
    both.server->receive(bytes, both.now);
    EXPECT_EQ(to_text(both.server->next_event(both.now).payload), std::string(100, 'x'));

    negotiated second;
    second.of_client.offers = "other, x-run-length; unknown=1, x-run-length";
    second.run();
    EXPECT_EQ(negotiated::agreed(*second.client), "x-run-length");
    for (const bool client_has : {true, false}) {
        negotiated one;
        one.run(client_has, !client_has);
        EXPECT_EQ(negotiated::agreed(*one.client), "none");
        EXPECT_EQ(negotiated::agreed(*one.server), "none");
    }
    for (const std::string offers : {"", "other; x=1"}) {
        negotiated none;
        none.of_client.offers = offers;
        none.run();
        EXPECT_EQ(negotiated::agreed(*none.client), "none");
    }
}

TEST(session_extension, that_a_server_answers_is_judged) {
    const auto error = [](std::string_view answer) {
        run_length_extension mine;
        session_probe probe{role::client};
        probe.options.extension = &mine;
        EXPECT_TRUE(probe.tested.start(*uri::parse("ws://example.org/")));
        probe.collect();
        const std::string line = "Sec-WebSocket-Extensions: " + std::string(answer) + "\r\n";
        probe.feed(to_bytes(canned_response(to_text(probe.take_sent()), line)));
        return probe.error();
    };
    EXPECT_FALSE(error("x-run-length"));
    EXPECT_FALSE(error(" , x-run-length;context ,"));
    EXPECT_FALSE(error(""));
    EXPECT_EQ(error("x-run-length, x-run-length"), errc::unexpected_extension);
    EXPECT_EQ(error("other"), errc::unexpected_extension);
    EXPECT_EQ(error("x-run-length; context=1"), errc::unexpected_extension);
    EXPECT_EQ(error("x-run-length; context; context"), errc::unexpected_extension);
    EXPECT_EQ(error("x-run-length;"), errc::bad_extension);
    EXPECT_EQ(error("x y"), errc::bad_extension);
}

TEST(session_extension, that_is_malformed_is_not_offered) {
    run_length_extension mine;
    mine.offers = "x-run-length\r\nInjected: 1";
    session_probe probe{role::client};
    probe.options.extension = &mine;
    EXPECT_EQ(probe.tested.start(*uri::parse("ws://example.org/")).error(), errc::bad_header);
    EXPECT_EQ(probe.tested.output_size(), 0U);
}

} // namespace
} // namespace weft
