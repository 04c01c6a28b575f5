// SPDX-License-Identifier: MIT
// Sessions of a Redis broker on event loops that the test turns, and a connection of the test's own
// to give Redis orders.
#pragma once

#include <hiredis/hiredis.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <weft/core/error.hpp>
#include <weft/loop/event_loop.hpp>
#include <weft/redis/redis_broker.hpp>

#include "support/redis_server.hpp"

namespace weft::testing {

using namespace std::chrono_literals;
using texts = std::vector<std::string>;

/// Runs one turn of a loop that is driven as a guest; waits for at most `at_most`.
inline bool turn_of(event_loop& loop, duration at_most) {
    const auto done = loop.run_ready({});
    if (done.did_something || done.more_waiting || at_most <= duration::zero()) {
        return done.did_something;
    }
    pollfd waiting{*loop.descriptor(), POLLIN, 0};
    const auto whole = std::chrono::ceil<std::chrono::milliseconds>(at_most).count();
    if (::poll(&waiting, 1, static_cast<int>(whole)) == 0) return false;
    return loop.run_ready({}).did_something;
}

/// The outcome of an operation.
template <class T>
struct noted {
    int calls = 0;
    std::optional<T> value;
    std::error_code error;
};

template <class T>
using shared_note = std::shared_ptr<noted<T>>;

template <class T>
completion<T> note(const shared_note<T>& to) {
    return [to](result<T> outcome) {
        ++to->calls;
        to->error = outcome.error();
        if (outcome) to->value = std::move(*outcome);
    };
}

/// A client with a session.
struct redis_listener final : broker_client {
    redis_listener(broker& from, event_loop& loop) : session(from.open(*this, loop.driver())) {}

    void on_publication(std::string_view, const shared_publication& what) noexcept override {
        received.push_back(what->data);
        positions.push_back(what->at);
        if (then) then();
    }
    void on_interruption() noexcept override {
        ++interruptions;
        if (then_interrupted) then_interrupted();
    }

    texts received;
    std::vector<position> positions;
    int interruptions = 0;
    std::function<void()> then;
    std::function<void()> then_interrupted;
    std::unique_ptr<broker_session> session;
};

class redis_fixture : public ::testing::Test {
protected:
    void SetUp() override {
        start_server({});
    }

    /// Replaces the server by one with these arguments.
    void start_server(std::vector<std::string> arguments) {
        server.emplace(std::move(arguments));
        if (!server->runs()) GTEST_SKIP() << "redis-server is not installed (or does not start)";
    }

    [[nodiscard]] redis_options options() {
        redis_options made;
        made.socket = server->socket();
        made.backoff_min = 5ms;
        made.backoff_max = 50ms;
        made.on_trouble = [this](std::error_code why, std::string_view text) {
            troubles.push_back(why);
            trouble_texts.emplace_back(text);
        };
        return made;
    }

    /// Gives an order to Redis, and returns its answer, for errors too.
    std::string order(const std::vector<std::string>& words) {
        const std::unique_ptr<redisContext, decltype(&redisFree)> peer(
            redisConnectUnix(server->socket().c_str()), &redisFree);
        std::vector<const char*> parts;
        std::vector<std::size_t> sizes;
        for (const auto& each : words) {
            parts.push_back(each.data());
            sizes.push_back(each.size());
        }
        auto* const answer = static_cast<redisReply*>(redisCommandArgv(
            peer.get(), static_cast<int>(parts.size()), parts.data(), sizes.data()));
        if (!answer) return "no answer";
        std::string text = answer->str ? std::string(answer->str, answer->len)
                                       : std::to_string(answer->integer);
        freeReplyObject(answer);
        return text;
    }

    /// Turns the loops until `holds`; false after ten seconds.
    bool until(const std::function<bool()>& holds) {
        const auto end = std::chrono::steady_clock::now() + 10s;
        while (!holds()) {
            if (std::chrono::steady_clock::now() > end) return false;
            turn_of(loop, 2ms);
            if (other_loop) turn_of(*other_loop, 2ms);
        }
        return true;
    }

    template <class T>
    T outcome(const shared_note<T>& of) {
        EXPECT_TRUE(until([&] { return of->calls != 0; })) << "no outcome";
        EXPECT_FALSE(of->error) << of->error.message();
        return of->value.value_or(T());
    }

    position subscribe(redis_listener& who, std::string_view topic,
                       topic_match how = topic_match::exact) {
        const auto at = std::make_shared<noted<position>>();
        who.session->subscribe(topic, how, note(at));
        return outcome(at);
    }

    static shared_note<position> begin_publishing(redis_listener& who, std::string_view topic,
                                                  std::string data) {
        publication what;
        what.data = std::move(data);
        const auto at = std::make_shared<noted<position>>();
        who.session->publish(topic, std::move(what), {}, {100, 1min}, note(at));
        return at;
    }

    position publish(redis_listener& who, std::string_view topic, std::string data) {
        return outcome(begin_publishing(who, topic, std::move(data)));
    }

    history_page history(redis_listener& who, std::string_view topic,
                         const history_query& query = {}) {
        const auto page = std::make_shared<noted<history_page>>();
        who.session->history(topic, query, note(page));
        return outcome(page);
    }

    std::vector<presence_entry> presence(redis_listener& who, std::string_view topic) {
        const auto all = std::make_shared<noted<std::vector<presence_entry>>>();
        who.session->presence(topic, note(all));
        return outcome(all);
    }

    [[nodiscard]] auto count_troubles(std::error_code which) const {
        return std::count(troubles.begin(), troubles.end(), which);
    }
    [[nodiscard]] bool had_trouble(std::error_code which) const {
        return count_troubles(which) != 0;
    }

    std::optional<redis_server> server;
    event_loop loop;
    std::optional<event_loop> other_loop;
    std::vector<std::error_code> troubles;
    texts trouble_texts;
};

} // namespace weft::testing
