// SPDX-License-Identifier: MIT
// How connections end, on both sides, and what the report says about it.
#include "connection_fixture.hpp"

namespace weft::testing {
namespace {

using ending_test = connection_fixture;

struct code_case {
    close_code code;
    const char* reason;
};

TEST_F(ending_test, close_codes_travel_both_ways) {
    for (const auto& [code, reason] : {code_case{close_code::normal, ""},
                                       code_case{close_code::going_away, "moved"},
                                       code_case{close_code::try_again_later, "grüße"},
                                       code_case{static_cast<close_code>(3000), "library"},
                                       code_case{static_cast<close_code>(4999), "own"},
                                       code_case{close_code::no_status, ""}}) {
        for (const bool by_server : {true, false}) {
            at_server = listener();
            at_client = listener();
            server.emplace(driver);
            open();
            listener& closing = by_server ? at_server : at_client;
            listener& hearing = by_server ? at_client : at_server;
            closing.last->close(code, reason);
            EXPECT_EQ(closing.last->state(), session_state::closing);
            driver.settle();
            for (const auto* each : {&closing, &hearing}) {
                EXPECT_EQ(each->ends, 1);
                EXPECT_TRUE(each->end->clean());
                EXPECT_EQ(each->end->code(), code);
                EXPECT_EQ(each->end->reason(), reason);
                EXPECT_EQ(each->end->phase, phase::websocket);
                EXPECT_EQ(each->end->http_status, 0);
            }
            EXPECT_EQ(closing.end->began, side::local);
            EXPECT_EQ(hearing.end->began, side::peer);
            expect_all_over();
        }
    }
}

TEST_F(ending_test, both_close_at_once) {
    open();
    served().close(close_code::going_away, "a");
    outbound().close(close_code::normal, "b");
    driver.settle();
    EXPECT_EQ(at_server.end->sent->reason, "a");
    EXPECT_EQ(at_server.end->received->reason, "b");
    EXPECT_TRUE(at_client.end->clean());
    expect_all_over();
}

TEST_F(ending_test, what_was_sent_before_a_close_arrives) {
    capacity = 100;
    open();
    served().send(std::string(20000, 'x'));
    served().close();
    served().close(close_code::going_away);
    driver.settle();
    EXPECT_TRUE(at_client.logged("message " + std::string(20000, 'x')));
    EXPECT_EQ(at_client.end->code(), close_code::normal);
    EXPECT_EQ(at_server.ends, 1);
    EXPECT_FALSE(at_server.logged("writable")); // nothing can be sent any more
    expect_all_over();
}

TEST_F(ending_test, messages_that_were_under_way_are_delivered_while_closing) {
    open();
    outbound().send("late");
    served().close();
    driver.settle();
    EXPECT_TRUE(at_server.logged("message late"));
    EXPECT_TRUE(at_server.end->clean());
}

TEST_F(ending_test, abort) {
    open();
    served().abort();
    EXPECT_EQ(at_server.ends, 0);
    EXPECT_EQ(served().send("a"), send_result::closed);
    served().abort();
    driver.settle();
    EXPECT_EQ(at_server.log.back(), "close");
    EXPECT_EQ(to_string(*at_server.end),
              "ended by this side during WebSocket: the connection was aborted");
    EXPECT_EQ(at_server.end->code(), close_code::abnormal);
    EXPECT_EQ(at_client.end->error, errc::unexpected_eof);
    EXPECT_EQ(at_client.end->began, side::peer);
    expect_all_over();
}

TEST_F(ending_test, close_and_abort_while_connecting) {
    for (const bool by_abort : {true, false}) {
        at_client = listener();
        at_server = listener();
        server.emplace(driver);
        server->route("/", at_server.all());
        connection& c = link();
        by_abort ? c.abort() : c.close();
        EXPECT_EQ(at_client.ends, 0);
        driver.settle();
        EXPECT_EQ(at_client.log, std::vector<std::string>{"fail"});
        EXPECT_EQ(to_string(*at_client.end),
                  "ended by this side during HTTP: the connection was aborted");
        expect_all_over();
    }
}

TEST_F(ending_test, a_server_closes_in_validate) {
    at_server.on["validate"] = [](connection* c) { c->close(); };
    server->route("/", at_server.all());
    link();
    driver.settle();
    EXPECT_EQ(at_server.log, (std::vector<std::string>{"validate", "fail"}));
    EXPECT_EQ(at_client.end->error, errc::unexpected_eof);
    EXPECT_EQ(at_client.end->phase, phase::http);
    expect_all_over();
}

TEST_F(ending_test, connecting_that_is_given_up) {
    bool cancelled = false;
    const auto connect = [&]() -> connection& {
        cancelled = false;
        at_client = listener();
        auto& c = client->begin_connect(*uri::parse("ws://x/"), at_client.all(), {});
        client->pending(c).begin_phase(phase::connect, [&] { cancelled = true; });
        return c;
    };
    auto& aborted = connect();
    aborted.abort();
    aborted.abort();
    EXPECT_TRUE(cancelled);
    driver.settle();
    EXPECT_EQ(at_client.log, std::vector<std::string>{"fail"});
    EXPECT_EQ(at_client.end->error, errc::aborted);
    EXPECT_EQ(at_client.end->phase, phase::connect);

    auto& refused = connect();
    client->pending(refused).fail(phase::resolve, std::make_error_code(std::errc::timed_out));
    client->stop();
    EXPECT_FALSE(cancelled);
    driver.settle();
    EXPECT_EQ(at_client.end->phase, phase::resolve);
    EXPECT_EQ(at_client.end->began, side::system);
    EXPECT_EQ(at_client.ends, 1);

    connect();
    pass(10s);
    EXPECT_TRUE(cancelled);
    EXPECT_EQ(to_string(*at_client.end), "ended by this side during connect: connecting timed out");

    connect();
    client.reset();
    EXPECT_TRUE(cancelled);
    EXPECT_EQ(at_client.ends, 0);
}

// --- the peer ends at any byte

byte_string whole_session(frame_builder builder) {
    return builder.text("one") + builder.ping("p") + builder.begin_text("tw") + builder.pong() +
           builder.last_part("o") + builder.binary(std::string(200, 'b')) +
           builder.close(1001, "bye");
}

enum class cut { eof, reset, silence };

struct cut_case {
    role ours;
    cut how;
    bool bytewise;
};

class cut_test : public connection_fixture, public ::testing::WithParamInterface<cut_case> {
public:
    void end(raw_peer& peer) {
        switch (GetParam().how) {
        case cut::eof: peer.end().half_close(); break;
        case cut::reset: peer.end().reset(); break;
        case cut::silence: pass(60s); break;
        }
        driver.settle();
        if (GetParam().how == cut::eof) peer.end().close();
        pass(60s);
        pass(60s); // for the peer's close frame
    }

    void expect_one_end(std::size_t at, bool complete, bool may_be_lost) {
        const listener& ours = GetParam().ours == role::server ? at_server : at_client;
        EXPECT_EQ(ours.ends, 1) << at;
        EXPECT_EQ(ours.count("close"), static_cast<std::size_t>(ours.opens)) << at;
        ASSERT_TRUE(ours.end) << at;
        if (complete && !may_be_lost) {
            EXPECT_TRUE(ours.end->clean()) << at;
            EXPECT_TRUE(ours.logged("message one"));
            EXPECT_TRUE(ours.logged("message two"));
            EXPECT_TRUE(ours.logged("message " + std::string(200, 'b')));
        } else if (!complete) {
            EXPECT_TRUE(ours.end->error) << at;
            EXPECT_FALSE(to_string(*ours.end).empty());
        }
        if (!complete && GetParam().how == cut::eof) {
            EXPECT_EQ(ours.end->error, errc::unexpected_eof) << at;
        }
        if (!complete && GetParam().how == cut::reset) {
            EXPECT_EQ(ours.end->error, std::errc::connection_reset) << at;
            EXPECT_EQ(ours.end->began, side::system) << at;
        }
        expect_all_over();
        at_server = listener();
        at_client = listener();
    }
};

TEST_P(cut_test, everywhere) {
    const auto [ours, how, bytewise] = GetParam();
    server->route("/chat", at_server.all());
    server->on_fail([this](const report& why) {
        ++at_server.ends;
        at_server.end = why;
    });
    const auto frames =
        whole_session(frame_builder(ours == role::server ? role::client : role::server));
    const std::size_t head =
        ours == role::server ? canned_request().size() : canned_response(canned_request()).size();
    for (std::size_t at = 0; at <= head + frames.size(); ++at) {
        auto peer = ours == role::server ? visit() : connect_raw();
        driver.settle();
        const auto bytes = to_bytes(ours == role::server ? canned_request()
                                                         : canned_response(peer.text())) +
                           frames;
        if (bytewise) (ours == role::server ? server_end : client_end)->deliver_at_most(1);
        peer.write(std::span(bytes).first(at));
        driver.settle();
        end(peer);
        expect_one_end(at, at == bytes.size(), false);
    }
}

std::vector<cut_case> all_cuts() {
    std::vector<cut_case> cases;
    for (const auto ours : {role::server, role::client}) {
        for (const auto how : {cut::eof, cut::reset, cut::silence}) {
            for (const bool bytewise : {false, true}) cases.push_back({ours, how, bytewise});
        }
    }
    return cases;
}

std::string name_of(const ::testing::TestParamInfo<cut_case>& each) {
    const char* how = each.param.how == cut::eof     ? "_eof"
                      : each.param.how == cut::reset ? "_reset"
                                                     : "_silence";
    return std::string(each.param.ours == role::server ? "server" : "client") + how +
           (each.param.bytewise ? "_bytewise" : "_whole");
}

INSTANTIATE_TEST_SUITE_P(at_every_byte, cut_test, ::testing::ValuesIn(all_cuts()),
                         name_of);

// --- half-open peers

TEST_F(ending_test, a_peer_that_ends_its_side_only) {
    server->route("/chat", at_server.all());
    auto peer = visit();
    peer.answers_eof = false;
    peer.write(canned_request());
    driver.settle();
    peer.end().half_close();
    driver.settle();
    EXPECT_EQ(to_string(*at_server.end), "ended by the peer during WebSocket: the peer ended the "
                                         "stream without a close frame");
    EXPECT_TRUE(peer.eof);
    expect_all_over();
}

TEST_F(ending_test, a_peer_that_answers_the_close_but_keeps_the_stream) {
    server->route("/chat", at_server.all());
    auto peer = visit();
    peer.answers_eof = false;
    peer.write(canned_request());
    driver.settle();
    served().close();
    driver.settle();
    peer.write(frame_builder(role::client).close(1000));
    driver.settle();
    EXPECT_TRUE(at_server.end->clean());
    EXPECT_TRUE(peer.eof);
    EXPECT_EQ(server->connection_count(), 1U); // it lingers
    peer.write("and more that nobody wants");
    driver.settle();
    pass(5s);
    EXPECT_EQ(at_server.ends, 1);
    expect_all_over();
}

TEST_F(ending_test, a_server_that_never_ends_its_stream) {
    auto peer = connect_raw();
    peer.answers_eof = false;
    driver.settle();
    peer.write(canned_response(peer.text()));
    peer.write(frame_builder(role::server).close(1001));
    driver.settle();
    EXPECT_TRUE(at_client.end->clean());
    EXPECT_FALSE(peer.eof); // the server ends first
    pass(5s);
    EXPECT_TRUE(peer.eof);
    expect_all_over();
}

TEST_F(ending_test, a_client_of_http_that_never_leaves) {
    server->route("/", {.http = [](connection& c) { c.respond({200, {}, "bye"}); }});
    auto peer = visit();
    peer.answers_eof = false;
    peer.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nGET / HTTP/1.1\r\n");
    driver.settle();
    EXPECT_TRUE(peer.eof);
    pass(5s);
    expect_all_over();
}

// --- reports

TEST_F(ending_test, a_protocol_error) {
    server->route("/chat", at_server.all());
    auto peer = visit();
    peer.write(canned_request());
    peer.write(frame_builder(role::server).text("not masked"));
    driver.settle();
    EXPECT_EQ(to_string(*at_server.end),
              "ended by the peer during WebSocket: a client's frame is not masked, or a server's "
              "is; close code 1002 protocol error");
    EXPECT_EQ(peer.close_code(), 1002U);
    EXPECT_FALSE(peer.eof);
    peer.write(frame_builder(role::client).close(1002));
    driver.settle();
    expect_all_over();
}

TEST_F(ending_test, a_limit) {
    connection_options options;
    options.limits.message_size_max = 10;
    open(options);
    outbound().send("12345678901");
    driver.settle();
    EXPECT_EQ(to_string(*at_server.end), "ended by this side during WebSocket: a message exceeds "
                                         "its size limit; close code 1009 message too big");
    EXPECT_EQ(to_string(*at_client.end), "closed by the peer: 1009 message too big");
    expect_all_over();
}

TEST_F(ending_test, a_reset) {
    open();
    client_end->reset();
    driver.settle();
    EXPECT_EQ(at_server.end->began, side::system);
    EXPECT_EQ(to_string(*at_server.end).find("ended by the system during WebSocket: "), 0U);
}

TEST_F(ending_test, a_refusal) {
    link("ws://example.org/nowhere");
    driver.settle();
    EXPECT_EQ(to_string(*at_client.end),
              "ended by the peer during HTTP: the server did not switch to WebSocket; HTTP status "
              "404");
    expect_all_over();
}

TEST_F(ending_test, a_server_that_speaks_no_http) {
    auto peer = connect_raw();
    peer.write("SSH-2.0-OpenSSH\r\n\r\n");
    driver.settle();
    EXPECT_EQ(at_client.end->error, errc::bad_response);
    EXPECT_EQ(at_client.end->began, side::peer);
    EXPECT_EQ(at_client.end->phase, phase::http);
    expect_all_over();
}

TEST_F(ending_test, a_wrong_accept_key) {
    auto peer = connect_raw();
    driver.settle();
    peer.write(canned_response(canned_request()));
    driver.settle();
    EXPECT_EQ(at_client.end->error, errc::bad_accept);
    EXPECT_EQ(at_client.end->http_status, 101);
    expect_all_over();
}

} // namespace
} // namespace weft::testing
