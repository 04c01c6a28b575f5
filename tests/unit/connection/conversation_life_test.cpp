// SPDX-License-Identifier: MIT
// Destroys, after each step of two coroutines that talk to each other, one of all that they use:
// a conversation, an endpoint, the driver; or stops them. No frame may be left, and ASan watches.
#include <weft/connection/conversation.hpp>
#include <weft/connection/stream_endpoint.hpp>
#include <weft/stream/manual_driver.hpp>
#include <weft/stream/memory_pipe.hpp>
#include <weft/stream/spawn.hpp>
#include <weft/stream/when_any.hpp>

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "support/destroyed_inside.hpp"
#include "support/stop_source.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

enum class victim { conversation, server, client, driver, both_ends_at_once, none_but_a_stop };

class talking_pair final : public destroyed_inside<victim> {
public:
    explicit talking_pair(int& frames) : frames_(frames) {
        server_->route(
            "/",
            coroutine_handlers([this](conversation peer) { return answer(std::move(peer)); }, {},
                               stop_.get_token()));
        auto [a, b] = memory_pipe(*driver_, *driver_, 1000);
        server_->serve(std::move(a));
        spawn(*driver_, ask(std::move(b)), stop_.get_token());
    }

    /// Does one thing, or waits for the next deadline; false if nothing is left to do.
    bool step() {
        if (!driver_) return false;
        if (!driver_->waiting() && driver_->next_deadline() == never) return false;
        const bool waits = driver_->waiting();
        driver_->advance(waits ? driver_->now() : driver_->next_deadline(), {1, duration::max()});
        return true;
    }

    void destroy(victim which) override {
        switch (which) {
        case victim::conversation: asking_ = conversation(); break;
        case victim::server: server_.reset(); break;
        case victim::client: client_.reset(); break;
        case victim::driver:
            server_.reset();
            client_.reset();
            asking_ = conversation();
            driver_.reset();
            break;
        case victim::both_ends_at_once:
            server_.reset();
            client_.reset();
            break;
        case victim::none_but_a_stop: stop_.request_stop(); break;
        }
    }

private:
    task<void> answer(conversation peer) {
        const counted_frame here(frames_);
        for (;;) {
            const auto m = co_await peer.receive();
            tick();
            if (!m) break;
            co_await peer.send(std::string(5'000, 'x')); // more than the pipe takes
            tick();
        }
        co_await driver_->sleep(1s);
        tick();
    }

    task<int> receive_some() {
        const counted_frame here(frames_);
        int count = 0;
        while (count < 2 && co_await asking_.receive()) ++count;
        tick();
        co_return count;
    }

    task<void> ask(std::unique_ptr<memory_stream> end) {
        const counted_frame here(frames_);
        if (!client_) co_return;
        const auto target = *uri::parse("ws://example.org/");
        asking_ = co_await client_->connect(std::move(end), target);
        tick();
        for (int i = 0; i < 2; ++i) co_await asking_.send("question");
        co_await when_any(receive_some(), driver_->sleep(10s));
        tick();
        co_await asking_.send("question");
        co_await when_any(driver_->sleep(10s), asking_.receive());
        tick();
        co_await asking_.close();
        tick();
    }

    int& frames_;
    stop_source stop_;
    std::optional<manual_driver> driver_{std::in_place};
    std::optional<stream_endpoint> server_{std::in_place, *driver_};
    std::optional<stream_endpoint> client_{std::in_place, *driver_};
    conversation asking_;
};

class conversation_lives : public ::testing::TestWithParam<victim> {
protected:
    void SetUp() override {
        const bool stops = GetParam() == victim::none_but_a_stop;
        if (stops && !has_stop_tokens) GTEST_SKIP() << no_stop_tokens;
    }
};

TEST_P(conversation_lives, end_after_each_step) {
    bool more = true;
    int steps = 0;
    for (; more; ++steps) {
        int frames = 0;
        {
            talking_pair pair(frames);
            for (int i = 0; i < steps && more; ++i) more = pair.step();
            pair.destroy(GetParam());
            for (int i = 0; i < 1000 && pair.step(); ++i) {}
            EXPECT_FALSE(pair.step()) << steps;
            EXPECT_EQ(frames, 0) << steps;
        }
        EXPECT_EQ(frames, 0) << steps;
    }
    EXPECT_GT(steps, 20);
}

TEST_P(conversation_lives, end_from_inside) {
    if (GetParam() == victim::driver) return; // a manual driver outlives its turn
    bool more = true;
    int places = 0;
    for (; more; ++places) {
        int frames = 0;
        {
            talking_pair pair(frames);
            pair.destroy_in_coroutine(places, GetParam());
            for (int i = 0; i < 1000 && pair.step(); ++i) {}
            EXPECT_FALSE(pair.step()) << places;
            EXPECT_EQ(frames, 0) << places;
            more = pair.has_destroyed();
        }
        EXPECT_EQ(frames, 0) << places;
    }
    EXPECT_GT(places, 5);
}

INSTANTIATE_TEST_SUITE_P(each, conversation_lives,
                         ::testing::Values(victim::conversation, victim::server, victim::client,
                                           victim::driver, victim::both_ends_at_once,
                                           victim::none_but_a_stop));

} // namespace
} // namespace weft::testing
