// SPDX-License-Identifier: MIT
// The entries of the log: levels, fields, no secrets, and a log that throws.
#include <stdexcept>
#include <string>
#include <vector>

#include "raw_peer_fixture.hpp"

namespace weft::testing {
namespace {

using entries = std::vector<std::string>;

/// An entry as text: its level, its event, and the fields that do not vary.
std::string as_text(const log_record& what) {
    std::string text = std::string(name(what.level)) + ' ' + std::string(what.event);
    for (const auto& field : what.fields) {
        if (field.name == "peer" || field.name == "connection") continue;
        if (field.name.starts_with("bytes_") || field.name == "lived_ms") continue;
        text += ' ' + std::string(field.name) + '=';
        text += field.number ? std::to_string(*field.number) : std::string(field.text);
    }
    return text;
}

std::optional<std::int64_t> number_in(const log_record& what, std::string_view which) {
    for (const auto& field : what.fields) {
        if (field.name == which) return field.number;
    }
    return std::nullopt;
}

class logging_test : public raw_peer_fixture {
protected:
    void log(log_level from) {
        driver.on_log(from, [this](const log_record& what) { seen.push_back(as_text(what)); });
    }

    entries taken() { return std::exchange(seen, {}); }

    /// Sends a request to the server, which a new peer makes.
    void ask(std::string_view request) {
        auto [a, b] = memory_pipe(driver, driver, capacity);
        server->serve(std::move(a));
        peer.emplace(std::move(b));
        peer->write(request);
        driver.settle();
    }

    entries seen;
};

TEST_F(logging_test, names_the_beginning_and_the_end_of_both_sides) {
    log(log_level::info);
    server->route("/*", at_server.all());
    link("ws://example.org/chat?token=SECRET&x=1");
    driver.settle();
    EXPECT_EQ(taken(), (entries{"info opened role=server target=/chat?token=***&x=1",
                                "info opened role=client "
                                "target=ws://example.org/chat?token=***&x=1"}));
    outbound().send("hello");
    driver.settle();
    EXPECT_EQ(taken(), entries{});
    outbound().close(close_code::going_away, "bye");
    driver.settle();
    EXPECT_EQ(taken(),
              (entries{"info closed began=peer phase=WebSocket code=1001 reason=bye "
                       "messages_received=1 messages_sent=0",
                       "info closed began=local phase=WebSocket code=1001 reason=bye "
                       "messages_received=0 messages_sent=1"}));
}

TEST_F(logging_test, numbers_connections_and_passes_their_report) {
    std::vector<std::int64_t> numbers;
    int reports = 0;
    driver.on_log(log_level::info, [&](const log_record& what) {
        numbers.push_back(number_in(what, "connection").value_or(0));
        if (what.report) ++reports;
    });
    server->route("/", at_server.all());
    link();
    driver.settle();
    ASSERT_EQ(numbers.size(), 2U);
    EXPECT_NE(numbers[0], numbers[1]);
    outbound().close();
    driver.settle();
    ASSERT_EQ(numbers.size(), 4U);
    EXPECT_EQ(numbers[2], numbers[0]);
    EXPECT_EQ(numbers[3], numbers[1]);
    EXPECT_EQ(reports, 2);
}

TEST_F(logging_test, names_messages_at_debug) {
    log(log_level::debug);
    server->route("/", at_server.all());
    link();
    driver.settle();
    taken();
    outbound().send("hello");
    outbound().ping("abc");
    driver.settle();
    EXPECT_EQ(taken(), (entries{"debug message type=text size=5", "debug ping size=3",
                                "debug pong size=3"}));
}

TEST_F(logging_test, names_plain_requests_with_their_answer) {
    log(log_level::info);
    server->route("/page", {.http = [](connection& c) { (void)c.respond({204, {}, {}}); }});
    ask("GET /page?api_key=SECRET HTTP/1.1\r\nHost: x\r\nCookie: SECRET\r\n\r\n"
        "GET /none HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(taken(), (entries{"info request method=GET target=/page?api_key=*** status=204",
                                "info request method=GET target=/none status=404"}));
}

TEST_F(logging_test, names_what_failed) {
    log(log_level::info);
    ask("nonsense\r\n\r\n");
    const auto failed = taken();
    ASSERT_EQ(failed.size(), 1U);
    EXPECT_TRUE(failed.front().starts_with("info failed began=peer phase=HTTP error="));
    EXPECT_TRUE(failed.front().ends_with(" status=400")) << failed.front();
    ask("");
    peer.reset(); // asks for nothing, as port scanners do
    driver.settle();
    EXPECT_EQ(taken(), entries{});
    log(log_level::debug);
    ask("");
    peer.reset();
    driver.settle();
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_TRUE(seen.front().starts_with("debug failed ")) << seen.front();
}

TEST_F(logging_test, names_exceptions) {
    log(log_level::error);
    int errors = 0;
    driver.on_error([&](std::exception_ptr) { ++errors; });
    open_to_a_peer();
    at_server.on["message"] = [](connection*) { throw std::runtime_error("broken"); };
    frame_builder frames{role::client};
    peer->write(frames.text("x"));
    driver.settle();
    EXPECT_EQ(taken(), entries{"error exception what=broken"});
    EXPECT_EQ(errors, 1);
}

TEST_F(logging_test, can_throw_and_causes_no_entries) {
    int calls = 0;
    int errors = 0;
    driver.on_error([&](std::exception_ptr) { ++errors; });
    driver.on_log(log_level::debug, [&](const log_record&) {
        ++calls;
        throw std::runtime_error("no");
    });
    open_to_a_peer();
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(errors, 1);
    frame_builder frames{role::client};
    peer->write(frames.text("x"));
    driver.settle();
    EXPECT_EQ(calls, 2);
    EXPECT_TRUE(served().is_open());
}

TEST_F(logging_test, can_be_ended_when_it_throws) {
    int calls = 0;
    driver.on_error([&](std::exception_ptr) { driver.on_log(log_level::off, {}); });
    driver.on_log(log_level::debug, [&](const log_record&) {
        ++calls;
        throw std::runtime_error("no");
    });
    open_to_a_peer();
    EXPECT_FALSE(driver.logs(log_level::error));
    frame_builder frames{role::client};
    peer->write(frames.text("x"));
    driver.settle();
    EXPECT_EQ(calls, 1);
    EXPECT_TRUE(served().is_open());
}

TEST_F(logging_test, can_throw_and_on_error_may_destroy_the_endpoint) {
    driver.on_error([this](std::exception_ptr) { server.reset(); });
    for (const std::string last : {"opened", "message", "closed", "failed", "request"}) {
        if (!server) server.emplace(driver);
        driver.on_log(log_level::debug, [&](const log_record& what) {
            if (what.event == last) throw std::runtime_error("no");
        });
        at_server = {};
        server->route("/", at_server.all());
        server->route("/plain", {.http = [](connection& c) { (void)c.respond({204, {}, {}}); }});
        if (last == "failed") ask("nonsense\r\n\r\n");
        if (last == "request") ask("GET /plain HTTP/1.1\r\nHost: x\r\n\r\n");
        if (last != "failed" && last != "request") {
            link();
            driver.settle();
            EXPECT_EQ(at_server.opens, last == "opened" ? 0 : 1);
        }
        if (last == "message" || last == "closed") {
            outbound().send("x");
            outbound().close();
            driver.settle();
            EXPECT_EQ(at_server.count("message x"), last == "message" ? 0U : 1U);
        }
        EXPECT_FALSE(server) << last;
    }
}

TEST_F(logging_test, can_be_ended) {
    log(log_level::debug);
    open_to_a_peer();
    taken();
    driver.on_log(log_level::debug, {});
    EXPECT_FALSE(driver.logs(log_level::error));
    frame_builder frames{role::client};
    peer->write(frames.text("x"));
    driver.settle();
    EXPECT_EQ(at_server.count("message x"), 1U);
    EXPECT_EQ(taken(), entries{});
}

} // namespace
} // namespace weft::testing
