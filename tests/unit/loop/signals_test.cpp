// SPDX-License-Identifier: MIT
// Signals as handlers of a loop: handled in turns, given back as they were, and left to the parent.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <weft/core/error.hpp>

#include "every_engine.hpp"
#include "loop_probes.hpp"

namespace weft::testing {
namespace {

int previous_calls = 0; // by the handler that the application had

/// SIGUSR1 and SIGUSR2 have a handler of the application's.
class signals_of_a_loop : public on_every_engine {
public:
    signals_of_a_loop() {
        previous_calls = 0;
        for (const int number : {SIGUSR1, SIGUSR2}) {
            ::signal(number, [](int) { ++previous_calls; });
        }
    }
    ~signals_of_a_loop() override {
        for (const int number : {SIGUSR1, SIGUSR2}) ::signal(number, SIG_DFL);
    }

    std::optional<event_loop> loop{std::in_place, options()};
    std::vector<int> received;

    bool listen() {
        const auto asked = loop->on_signal({SIGUSR1, SIGUSR2},
                                           [this](int number) { received.push_back(number); });
        return asked.has_value();
    }
};

TEST_P(signals_of_a_loop, are_handled_in_a_turn) {
    ASSERT_TRUE(listen());
    ::raise(SIGUSR2);
    EXPECT_TRUE(received.empty());
    loop->poll();
    EXPECT_EQ(received, std::vector{SIGUSR2});
    ::raise(SIGUSR1);
    ::raise(SIGUSR1);
    loop->poll();
    EXPECT_EQ(received, (std::vector{SIGUSR2, SIGUSR1, SIGUSR1}));
    EXPECT_EQ(previous_calls, 0);
}

TEST_P(signals_of_a_loop, wake_a_loop_that_runs_and_may_stop_it) {
    const work_guard working(*loop);
    ASSERT_TRUE(loop->on_signal({SIGUSR1}, [this](int) { loop->stop(); }));
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child == 0) ::_exit(::kill(parent, SIGUSR1));
    loop->run();
    EXPECT_EQ(::waitpid(child, nullptr, 0), child);
}

TEST_P(signals_of_a_loop, are_no_work) {
    ASSERT_TRUE(listen());
    EXPECT_EQ(loop->work_count(), 0U);
    EXPECT_EQ(loop->run(), 0U);
}

TEST_P(signals_of_a_loop, are_given_back_as_they_were) {
    ASSERT_TRUE(listen());
    loop.reset();
    ::raise(SIGUSR1);
    EXPECT_EQ(previous_calls, 1);
    loop.emplace(options());
    ASSERT_TRUE(listen());
    ASSERT_TRUE(loop->on_signal({}, {}));
    ::raise(SIGUSR1);
    EXPECT_EQ(previous_calls, 2);
    EXPECT_TRUE(received.empty());
}

TEST_P(signals_of_a_loop, are_those_of_the_last_call) {
    ASSERT_TRUE(listen());
    int other = 0;
    ASSERT_TRUE(loop->on_signal({SIGUSR2}, [&](int number) { other = number; }));
    ::raise(SIGUSR1);
    ::raise(SIGUSR2);
    loop->poll();
    EXPECT_EQ(previous_calls, 1);
    EXPECT_EQ(other, SIGUSR2);
    EXPECT_TRUE(received.empty());
}

TEST_P(signals_of_a_loop, that_have_arrived_reach_the_handler_of_the_last_call) {
    ASSERT_TRUE(listen());
    ::raise(SIGUSR1);
    ::raise(SIGUSR2);
    std::vector<int> later;
    ASSERT_TRUE(loop->on_signal({SIGUSR2}, [&](int number) { later.push_back(number); }));
    loop->poll();
    EXPECT_EQ(later, std::vector{SIGUSR2});
    EXPECT_TRUE(received.empty());
    EXPECT_EQ(previous_calls, 0);
}

TEST_P(signals_of_a_loop, stay_as_they_were_if_others_cannot_be_caught) {
    ASSERT_TRUE(listen());
    EXPECT_EQ(loop->on_signal({SIGHUP, SIGKILL}, [](int) {}).error(), std::errc::invalid_argument);
    ::raise(SIGUSR1);
    loop->poll();
    EXPECT_EQ(received, std::vector{SIGUSR1});
    struct sigaction now {};
    ASSERT_EQ(::sigaction(SIGHUP, nullptr, &now), 0);
    EXPECT_EQ(now.sa_handler, SIG_DFL);
}

TEST_P(signals_of_a_loop, may_be_asked_for_anew_by_their_handler) {
    const auto text = std::make_shared<std::string>("first");
    std::string said;
    ASSERT_TRUE(loop->on_signal({SIGUSR1}, [&, text](int) {
        ASSERT_TRUE(loop->on_signal({SIGUSR1}, [&](int) { said += " second"; }));
        said += *text; // this function still exists
    }));
    ::raise(SIGUSR1);
    ::raise(SIGUSR1);
    loop->poll();
    EXPECT_EQ(said, "first second");
}

TEST_P(signals_of_a_loop, belong_to_one_loop_at_a_time) {
    ASSERT_TRUE(listen());
    event_loop second(options());
    EXPECT_EQ(second.on_signal({SIGUSR1}, [](int) {}).error(), errc::signals_taken);
    loop.reset();
    EXPECT_TRUE(second.on_signal({SIGUSR1}, [](int) {}));
}

TEST_P(signals_of_a_loop, that_cannot_be_caught_change_nothing) {
    EXPECT_EQ(loop->on_signal({SIGUSR1, SIGKILL}, [](int) {}).error(),
              std::errc::invalid_argument);
    EXPECT_EQ(loop->on_signal({12345}, [](int) {}).error(), std::errc::invalid_argument);
    ::raise(SIGUSR1);
    EXPECT_EQ(previous_calls, 1);
    EXPECT_TRUE(listen());
}

TEST_P(signals_of_a_loop, may_end_the_loop) {
    ASSERT_TRUE(loop->on_signal({SIGUSR1}, [this](int) { loop.reset(); }));
    ::raise(SIGUSR1);
    ::raise(SIGUSR1);
    loop->poll();
    EXPECT_FALSE(loop);
}

TEST_P(signals_of_a_loop, of_a_forked_child_are_not_the_parents) {
    ASSERT_TRUE(listen());
    const pid_t child = ::fork();
    if (child == 0) {
        ::raise(SIGUSR1);
        ::_exit(previous_calls == 1 ? 7 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 7);
    loop->poll();
    EXPECT_TRUE(received.empty());
}

TEST(signals_of_a_guest, are_behind_its_descriptor) {
    event_loop loop;
    const int descriptor = *loop.descriptor();
    int received = 0;
    ASSERT_TRUE(loop.on_signal({SIGUSR1}, [&](int number) { received = number; }));
    settle(loop);
    ::raise(SIGUSR1);
    EXPECT_TRUE(readable(descriptor, 5000ms));
    loop.run_ready();
    EXPECT_EQ(received, SIGUSR1);
}

WEFT_ON_EVERY_ENGINE(signals_of_a_loop);

} // namespace
} // namespace weft::testing
