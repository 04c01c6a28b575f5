// SPDX-License-Identifier: MIT
// Recordings: their lines, the errors for damaged ones, and replays to an endpoint.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <weft/connection/connection.hpp>
#include <weft/connection/stream_endpoint.hpp>
#include <weft/stream/manual_driver.hpp>
#include <weft/testing/answers.hpp>
#include <weft/testing/recording.hpp>
#include <weft/testing/replay.hpp>

namespace weft::testing {
namespace {

using kind = recorded_event::kind;

std::vector<std::byte> bytes(std::string_view text) {
    const auto all = std::as_bytes(std::span(text));
    return {all.begin(), all.end()};
}

std::string fault_of(const std::string& lines) {
    std::string fault = "none";
    const bool parsed = parse_recording(std::string(recording_head) + lines, fault).has_value();
    EXPECT_EQ(parsed, fault.empty());
    return fault;
}

constexpr std::string_view request =
    "GET /echo HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
constexpr std::string_view response =
    "HTTP/1.1 101 Switching Protocols\r\nDate: never\r\nServer: other\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

/// A client that sends two messages, twenty seconds apart, to a server that answers them.
recording recorded_echo() {
    using namespace std::chrono_literals;
    using namespace std::string_view_literals;
    recording made;
    const auto add = [&](duration at, kind what, std::string_view text = {}) {
        made.events.push_back({at, 1, what, bytes(text)});
    };
    add(0s, kind::open);
    add(1ms, kind::from_client, request);
    add(2ms, kind::from_server, response);
    add(5ms, kind::from_client, "\x81\x85\0\0\0\0hel"sv);
    add(6ms, kind::from_client, "lo");
    add(7ms, kind::from_server, "\x01\x02he\x80\x03llo"); // in fragments
    add(20s, kind::from_client, "\x82\x81\0\0\0\0x"sv);
    add(20s, kind::from_server, "\x89\x01p\x82\x01x"); // after a ping
    add(21s, kind::from_client, "\x88\x82\0\0\0\0\x03\xe8"sv);
    add(21s, kind::from_server, "\x88\x02\x03\xe8");
    add(21s, kind::server_ended);
    add(21s, kind::close);
    return made;
}

std::vector<std::string> replay_to_echo(const recording& what, std::string_view suffix) {
    manual_driver driver;
    stream_endpoint server(driver);
    server.route("/echo", {.message = [&](connection& peer, message got) {
                     const auto answer = std::string(got.text()) + std::string(suffix);
                     peer.send(message(std::as_bytes(std::span(answer)), got.is_text()));
                 }});
    return replay(what, server, driver);
}

TEST(recording, lines_are_read_as_written) {
    const auto one = recorded_echo();
    std::string text(recording_head);
    for (const auto& event : one.events) text += to_line(event);
    std::string fault;
    const auto other = parse_recording(text, fault);
    ASSERT_TRUE(other) << fault;
    ASSERT_EQ(other->events.size(), one.events.size());
    for (std::size_t i = 0; i < one.events.size(); ++i) {
        EXPECT_EQ(to_line(other->events[i]), to_line(one.events[i]));
    }
    EXPECT_EQ(other->connections(), std::vector<std::uint64_t>{1});
    EXPECT_EQ(other->received(1, kind::from_server).size(), response.size() + 9 + 6 + 4);
}

TEST(recording, a_known_line) {
    EXPECT_EQ(to_line({std::chrono::milliseconds(1500), 7, kind::from_client, bytes("123456789")}),
              "1.500000000 7 client MTIzNDU2Nzg5 cbf43926\n");
    EXPECT_EQ(to_line({{}, 1, kind::server_ended}), "0.000000000 1 server-end\n");
}

TEST(recording, lines_of_scripts_are_read) {
    EXPECT_EQ(fault_of("# a comment\n\n0 1 open\n0.5 1 client aGk=\n1 1 client-end\n1 1 close\n"),
              "");
    EXPECT_EQ(fault_of(""), "");
}

TEST(recording, damage_is_named_with_its_line) {
    const std::pair<const char*, const char*> cases[] = {
        {"0 1 open", "line 2: is cut off"},
        {"0 1 open\n0 1 client aGk", "line 3: is cut off"},
        {"0 1 open\n0 1 client aGk\n", "line 3: has no bytes in base64"},
        {"0 1 open\n0 1 client\n", "line 3: has no bytes in base64"},
        {"0 1 open\n0 1 client aGk= 00000000\n", "line 3: the bytes do not match their checksum"},
        {"0 1 open\n1 1 client aGk=\n0.9 1 close\n", "line 4: is earlier than the line before"},
        {"x 1 open\n", "line 2: does not begin with a time, such as 1.5"},
        {"1. 1 open\n", "line 2: does not begin with a time, such as 1.5"},
        {"99999999999999999999 1 open\n", "line 2: does not begin with a time, such as 1.5"},
        {"-1 1 open\n", "line 2: does not begin with a time, such as 1.5"},
        {"0 0 open\n", "line 2: has no number of a connection after the time"},
        {"0\n", "line 2: has no number of a connection after the time"},
        {"0 1 opened\n", "line 2: has an unknown event"},
        {"0 1 open \n", ""},
        {"0 1 open now\n", "line 2: has more than the event needs"},
        {"0 1 open\r\n", "line 2: has an unknown event"},
        {"0 1 open\n0 1 open\n", "line 3: opens a connection a second time"},
        {"0 1 client aGk=\n", "line 2: is about a connection that is not open"},
        {"0 1 open\n0 1 close\n0 1 close\n", "line 4: is about a connection that was closed"}};
    for (const auto& [lines, fault] : cases) EXPECT_EQ(fault_of(lines), fault) << lines;
    std::string fault;
    EXPECT_FALSE(parse_recording("weft-recording 2\n", fault));
    EXPECT_EQ(fault, "line 1: another version of the format than 1");
    EXPECT_FALSE(parse_recording("weft-recording 10\n", fault));
    EXPECT_EQ(fault, "line 1: another version of the format than 1");
    EXPECT_FALSE(parse_recording("weft-recording 1\r\n0 1 open\r\n", fault));
    EXPECT_EQ(fault, "line 1: has a carriage return at its end");
    EXPECT_FALSE(parse_recording("weft-recording 1", fault));
    EXPECT_EQ(fault, "line 1: is cut off");
    EXPECT_FALSE(parse_recording("", fault));
    EXPECT_EQ(fault, "it is empty");
    EXPECT_FALSE(parse_recording("PNG", fault));
    EXPECT_EQ(fault, "it is not a recording of weft");
}

TEST(answers, do_not_depend_on_how_bytes_arrive) {
    const auto all = recorded_echo().received(1, kind::from_server);
    answer_reader whole;
    whole.receive(all);
    answer_reader split;
    for (const auto one : all) split.receive(std::span(&one, 1));
    EXPECT_EQ(whole.answers(), split.answers());
    ASSERT_EQ(whole.answers().size(), 4U);
    EXPECT_EQ(to_string(whole.answers()[1]), "text \"hello\"");
    EXPECT_EQ(to_string(whole.answers()[2]), "binary \"x\"");
    EXPECT_EQ(to_string(whole.answers()[3]), "close 1000 \"\"");
    EXPECT_EQ(whole.all(), whole.answers());
}

TEST(answers, that_are_no_frames_are_bytes) {
    answer_reader reader;
    reader.receive(bytes("220 ready\r\n"));
    EXPECT_EQ(reader.all(), (std::vector<answer>{{answer::kind::bytes, "220 ready\r\n"}}));
    answer_reader refused;
    refused.receive(bytes("HTTP/1.1 404 Not Found\r\nDate: x\r\n\r\nnothing"));
    EXPECT_EQ(refused.all(),
              (std::vector<answer>{{answer::kind::response, "HTTP/1.1 404 Not Found"},
                                   {answer::kind::bytes, "nothing"}}));
}

TEST(replay, of_what_was_recorded_finds_nothing) {
    EXPECT_EQ(replay_to_echo(recorded_echo(), ""), std::vector<std::string>{});
}

TEST(replay, says_what_differs) {
    EXPECT_EQ(replay_to_echo(recorded_echo(), "!"),
              std::vector<std::string>{
                  "connection 1: answer 2: recorded text \"hello\", received text \"hello!\""});
    auto more = recorded_echo();
    more.events.insert(more.events.end() - 2,
                       {more.events.back().at, 1, kind::from_server, bytes("\x81\x01z")});
    EXPECT_EQ(replay_to_echo(more, ""),
              std::vector<std::string>{"connection 1: answer 5 is missing: text \"z\""});
}

TEST(replay, delivers_what_was_sent_before_time_passes) {
    auto made = recorded_echo();
    std::erase_if(made.events, [](const auto& one) { return one.what == kind::from_server; });
    manual_driver driver;
    stream_endpoint server(driver);
    const auto begin = driver.now();
    std::vector<duration> times;
    server.route("/echo", {.message = [&](connection&, message) {
                     times.push_back(driver.now() - begin);
                 }});
    static_cast<void>(replay(made, server, driver));
    EXPECT_EQ(times, (std::vector<duration>{std::chrono::milliseconds(6),
                                            std::chrono::seconds(20)}));
}

TEST(replay, plays_connections_side_by_side) {
    auto both = recorded_echo();
    const auto one = both.events;
    both.events.clear();
    for (const auto& event : one) {
        both.events.push_back(event);
        both.events.push_back(event);
        both.events.back().connection = 2;
    }
    EXPECT_EQ(replay_to_echo(both, ""), std::vector<std::string>{});
}

} // namespace
} // namespace weft::testing
