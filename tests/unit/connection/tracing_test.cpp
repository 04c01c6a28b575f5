// SPDX-License-Identifier: MIT
// The hook for tracing: beginnings and ends of handshakes and messages.
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <weft/connection/connection_tracer.hpp>

#include "connection_fixture.hpp"

namespace weft {
namespace {

using namespace testing;
using names = std::vector<std::string>;

class trace_recorder final : public connection_tracer {
public:
    explicit trace_recorder(names& into) : into_(into) {}

    void handshake_began(connection& which) noexcept override {
        into_.push_back("handshake " + std::string(which.header("traceparent").value_or("")));
    }
    void handshake_ended(connection& which, const report* failure) noexcept override {
        into_.push_back(failure ? "failed " + std::to_string(failure->http_status)
                                : "opened " + std::string(which.path()));
    }
    void message_began(connection&, std::size_t size) noexcept override {
        into_.push_back("message " + std::to_string(size));
    }
    void message_ended(connection& which) noexcept override {
        into_.push_back(which.is_open() ? "handled" : "ended");
    }

private:
    names& into_;
};

class tracing_test : public connection_fixture {
protected:
    void open_traced() {
        for (const auto* event : {"validate", "open", "message", "close"}) {
            at_server.on[event] = [this, event](connection*) { seen.push_back(event); };
        }
        server->route("/", at_server.all());
        server->trace(std::make_shared<trace_recorder>(seen));
        connect_options options;
        options.headers = {{"traceparent", "00-1-2-01"}};
        link("ws://example.org/", std::move(options));
        driver.settle();
    }

    names seen;
};

TEST_F(tracing_test, surrounds_the_handshake_and_each_message) {
    open_traced();
    EXPECT_EQ(seen, (names{"handshake 00-1-2-01", "validate", "opened /", "open"}));
    seen.clear();
    outbound().send("hello");
    outbound().ping();
    outbound().send("you");
    driver.settle();
    EXPECT_EQ(seen, (names{"message 5", "message", "handled", "message 3", "message", "handled"}));
}

TEST_F(tracing_test, ends_a_refused_handshake_with_its_report) {
    at_server.on["validate"] = [](connection* peer) { (void)peer->reject(401); };
    server->route("/", at_server.all());
    server->trace(std::make_shared<trace_recorder>(seen));
    client->trace(std::make_shared<trace_recorder>(seen));
    link();
    driver.settle();
    EXPECT_EQ(seen, (names{"handshake ", "handshake ", "failed 401", "failed 401"}));
}

TEST_F(tracing_test, ends_a_message_whose_handler_throws_or_destroys_the_endpoint) {
    open_traced();
    at_server.on["message"] = [](connection*) { throw std::runtime_error("no"); };
    seen.clear();
    outbound().send("hello");
    driver.settle();
    EXPECT_EQ(seen, (names{"message 5", "ended", "close"}));
    open_traced();
    at_server.on["message"] = [this](connection*) { server.reset(); };
    seen.clear();
    outbound().send("hello");
    driver.settle();
    EXPECT_EQ(seen.front(), "message 5");
    EXPECT_EQ(seen.size(), 2U);
}

TEST_F(tracing_test, can_be_ended) {
    open_traced();
    server->trace(nullptr);
    seen.clear();
    outbound().send("hello");
    driver.settle();
    EXPECT_EQ(seen, names{"message"});
}

TEST_F(tracing_test, begins_with_the_next_handshake_although_messages_are_logged) {
    int entries = 0;
    driver.on_log(log_level::debug, [&](const log_record&) { ++entries; });
    server->route("/", at_server.all());
    link();
    driver.settle();
    server->trace(std::make_shared<trace_recorder>(seen));
    entries = 0;
    outbound().send("hello");
    driver.settle();
    EXPECT_EQ(entries, 1);
    EXPECT_EQ(seen, names{});
}

} // namespace
} // namespace weft
