// SPDX-License-Identifier: MIT
// What is special about the engine of epoll(7): how it waits, and what replaces it.
#include <sys/epoll.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <string_view>

#include <gtest/gtest.h>

#include <weft/loop/event_loop.hpp>

#include "loop/engine.hpp"
#include "loop/posix/system_call.hpp"

namespace {
int calls_of_the_c_library = 0;
}

/// Takes the place of the C library's, which glibc before 2.35 and musl do not have.
extern "C" int epoll_pwait2(int set, epoll_event* events, int room, const timespec*,
                            const sigset_t*) {
    ++calls_of_the_c_library;
    return ::epoll_wait(set, events, room, 0);
}

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

/// Counts calls that make the kernel arm a timer while it lives.
class timer_calls {
public:
    timer_calls() {
        armed = timeouts = 0;
        system_faults = [](const char* call, const call_site&) noexcept {
            armed += std::strcmp(call, "timerfd_settime") == 0;
            timeouts += std::strcmp(call, "epoll_pwait2") == 0;
            return 0;
        };
    }
    timer_calls(const timer_calls&) = delete;
    timer_calls& operator=(const timer_calls&) = delete;
    ~timer_calls() { system_faults = nullptr; }

    static inline int armed = 0;
    static inline int timeouts = 0;
};

TEST(epoll_engine, arms_one_timer_for_many_waits_for_far_deadlines) {
    const auto waits = make_engine({.engine = engine_kind::epoll});
    const timer_calls counted;
    const auto far = std::chrono::steady_clock::now() + 10min;
    for (int i = 0; i < 20; ++i) {
        waits->wake();
        waits->wait(far + i * 1s);
    }
    EXPECT_EQ(counted.armed, 1);
    waits->wake();
    waits->wait(far - 1min);
    EXPECT_EQ(counted.armed, 2);
    EXPECT_EQ(counted.timeouts, 0);
}

TEST(epoll_engine, waits_for_near_and_far_deadlines_alike_and_again_after_each) {
    const auto waits = make_engine({.engine = engine_kind::epoll});
    const timer_calls counted;
    for (const auto time : {150ms, 20ms, 150ms, 10ms}) {
        const auto deadline = std::chrono::steady_clock::now() + time;
        while (std::chrono::steady_clock::now() < deadline) waits->wait(deadline);
        EXPECT_LT(std::chrono::steady_clock::now() - deadline, 10s);
    }
    EXPECT_EQ(counted.armed, 2);
    EXPECT_LE(counted.timeouts, 6);
}

TEST(epoll_engine, waits_without_a_timer_descriptor) {
    const auto waits = make_engine({.engine = engine_kind::epoll});
    system_faults = [](const char* call, const call_site&) noexcept {
        return std::strncmp(call, "timerfd", 7) == 0 ? EMFILE : 0;
    };
    const auto deadline = std::chrono::steady_clock::now() + 150ms;
    waits->wait(deadline);
    system_faults = nullptr;
    EXPECT_GE(std::chrono::steady_clock::now(), deadline);
}

TEST(epoll, is_waited_for_without_a_function_that_only_newer_c_libraries_have) {
    const auto waits = make_engine({.engine = engine_kind::epoll});
    static_cast<void>(waits->wait(waits->now() + std::chrono::microseconds(10)));
    EXPECT_EQ(calls_of_the_c_library, 0);
}

TEST(automatic_engine, is_epoll_and_where_that_is_missing_poll) {
    EXPECT_EQ(make_engine({})->kind(), engine_kind::epoll);
    system_faults = [](const char* call, const call_site&) noexcept {
        return std::string_view(call) == "epoll_create1" ? ENOSYS : 0;
    };
    EXPECT_EQ(make_engine({})->kind(), engine_kind::poll);
    EXPECT_EQ(event_loop::create({.engine = engine_kind::epoll}).error(),
              std::errc::function_not_supported);
    system_faults = [](const char* call, const call_site&) noexcept {
        return std::string_view(call) == "epoll_create1" ? EMFILE : 0;
    };
    EXPECT_EQ(event_loop::create({}).error(), std::errc::too_many_files_open);
    system_faults = nullptr;
}

} // namespace
} // namespace weft::testing
