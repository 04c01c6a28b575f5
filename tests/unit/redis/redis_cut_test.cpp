// SPDX-License-Identifier: MIT
// Connections that end at every byte of a conversation, a Redis that is slow, and one that stops
// for a while. Each publication arrives once and in order, or the client learns of the gap. With
// WEFT_AT_LENGTH=1 every byte is tried, and the stop takes half a minute.
#include <algorithm>
#include <cstdlib>

#include "redis_fixture.hpp"
#include "redis_proxy.hpp"

namespace weft::testing {
namespace {

bool at_length() {
    return std::getenv("WEFT_AT_LENGTH") != nullptr;
}

class redis_cuts : public redis_fixture {
protected:
    redis_options through(const redis_proxy& proxy) {
        redis_options made = options();
        made.socket = proxy.path();
        made.backoff_min = made.backoff_max = 1ms;
        return made;
    }

    /// Publishes until the outcome is known.
    void publish_once(redis_listener& who, std::string_view topic, const std::string& data) {
        for (bool is_known = false; !is_known;) {
            publish_options once;
            once.idempotency_key = data;
            publication what;
            what.data = data;
            const auto at = std::make_shared<noted<position>>();
            who.session->publish(topic, std::move(what), once, {100, 1min}, note(at));
            ASSERT_TRUE(until([&] { return at->calls != 0; })) << "no outcome of " << data;
            is_known = at->error != errc::outcome_unknown;
            ASSERT_TRUE(!is_known || !at->error) << at->error.message();
            EXPECT_EQ(at->calls, 1);
        }
    }

    /// What a session does in its life, with what must hold in the end.
    void converse(broker& over, const std::string& topic) {
        redis_listener one(over, loop);
        const position from = subscribe(one, topic);
        one.session->enter(topic, {"1", "ann"});
        for (const char* const data : {"1", "2", "3", "end"}) publish_once(one, topic, data);
        const auto has_end = [&] { return !one.received.empty() && one.received.back() == "end"; };
        ASSERT_TRUE(until([&] { return one.interruptions != 0 || has_end(); }));
        texts stored;
        for (const auto& each : history(one, topic, {from, 100}).messages) {
            stored.push_back(each->data);
        }
        EXPECT_EQ(stored, (texts{"1", "2", "3", "end"}));
        EXPECT_TRUE(one.interruptions != 0 || one.received == stored);
        auto next = stored.begin();
        for (const auto& each : one.received) {
            next = std::find(next, stored.end(), each);
            ASSERT_NE(next++, stored.end()) << each << " came twice, or too late";
        }
        const std::vector<presence_entry> present{{"1", "ann"}};
        EXPECT_EQ(presence(one, topic), present);
    }
};

TEST_F(redis_cuts, at_any_byte_lose_nothing_silently) {
    redis_proxy proxy(server->socket());
    redis_broker over(through(proxy));
    converse(over, "whole");
    const std::size_t whole = proxy.passed();
    for (std::size_t at = 0; at < whole && !HasFailure(); at += at_length() ? 1 : 151) {
        proxy.cut_after(at);
        converse(over, std::to_string(at));
        if (HasFailure()) ADD_FAILURE() << "cut after " << at << " of " << whole << " bytes";
    }
    EXPECT_FALSE(troubles.empty());
}

TEST_F(redis_cuts, a_slow_server_is_waited_for) {
    redis_proxy proxy(server->socket());
    redis_options patient = through(proxy);
    patient.check_interval = 20ms;
    redis_broker over(patient);
    for (const std::size_t piece : {150, 40}) {
        proxy.slow_down(piece);
        converse(over, std::to_string(piece));
    }
    EXPECT_TRUE(troubles.empty()) << trouble_texts.front();
}

/// The check of a silent connection is due while the scripts are loaded again.
TEST_F(redis_cuts, a_slow_server_may_load_the_scripts_again) {
    redis_proxy proxy(server->socket());
    redis_options patient = through(proxy);
    patient.check_interval = 200ms;
    redis_broker over(patient);
    redis_listener one(over, loop);
    publish(one, "news", "1");
    EXPECT_EQ(order({"SCRIPT", "FLUSH"}), "OK");
    proxy.slow_down(10); // loading takes more than 400 ms
    publish(one, "news", "2");
    EXPECT_TRUE(troubles.empty()) << trouble_texts.front();
}

TEST_F(redis_cuts, loading_the_scripts_again_is_limited_in_time) {
    redis_proxy proxy(server->socket());
    redis_options impatient = through(proxy);
    impatient.response_timeout = impatient.check_interval = 0ms;
    impatient.connect_timeout = 500ms;
    redis_broker over(impatient);
    redis_listener one(over, loop);
    publish(one, "news", "1");
    EXPECT_EQ(order({"SCRIPT", "FLUSH"}), "OK");
    proxy.slow_down(2); // loading would take two seconds
    const auto at = begin_publishing(one, "news", "2");
    ASSERT_TRUE(until([&] { return !troubles.empty() || at->calls != 0; }));
    EXPECT_TRUE(had_trouble(redis_error::timeout));
    proxy.slow_down(65536);
    outcome(at);
}

TEST_F(redis_cuts, a_server_that_stops_for_a_while_is_found_again) {
    redis_options waiting = options();
    waiting.wait_max = 2min;
    if (!at_length()) waiting.response_timeout = waiting.check_interval = 50ms;
    redis_broker over(waiting);
    redis_listener one(over, loop);
    const position from = subscribe(one, "news");
    publish(one, "news", "before");
    server->pause();
    const auto first = begin_publishing(one, "news", "first");
    const auto end = std::chrono::steady_clock::now() + (at_length() ? duration(30s) : 300ms);
    while (std::chrono::steady_clock::now() < end) turn_of(loop, 20ms);
    EXPECT_EQ(first->error, errc::outcome_unknown);
    EXPECT_GE(count_troubles(redis_error::timeout), 2);
    const auto second = begin_publishing(one, "news", "second"); // waits
    server->resume();
    outcome(second);
    ASSERT_TRUE(until([&] { return one.interruptions != 0; }));
    texts stored;
    for (const auto& each : history(one, "news", {from, 100}).messages) {
        stored.push_back(each->data);
    }
    // Redis reads what was sent before it stopped.
    EXPECT_EQ(stored, (texts{"before", "first", "second"}));
}

} // namespace
} // namespace weft::testing
