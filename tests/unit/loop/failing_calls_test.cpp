// SPDX-License-Identifier: MIT
// System calls that fail, where what comes of it is worth a name. That all of them do, everywhere,
// is what tests/faults is for.
#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <string>
#include <string_view>

#include <unistd.h>

#include <weft/loop/timer.hpp>

#include "loop/posix/readiness_listener.hpp"
#include "loop/posix/system_call.hpp"
#include "loop/posix/system_random.hpp"

#include "support/call_names.hpp"

#include "loop_probes.hpp"
#include "sockets.hpp"

namespace weft::testing {
namespace {

/// Lets calls of one name fail while it lives: so many, after so many that do not.
class failing {
public:
    failing(std::string_view call, int error, int times = 1, int after = 0) {
        wanted = {call, error, times, after};
        system_faults = [](const char* name, const call_site&) noexcept {
            if (std::string_view(name) != wanted.call || wanted.after-- > 0) return 0;
            return wanted.times-- > 0 ? wanted.error : 0;
        };
    }
    failing(const failing&) = delete;
    failing& operator=(const failing&) = delete;
    ~failing() { system_faults = nullptr; }

    static constexpr int for_ever = 1 << 30;

private:
    struct plan {
        std::string_view call;
        int error;
        int times;
        int after;
    };
    static inline plan wanted{};
};

TEST(failing_calls, an_interrupted_wake_up_is_not_lost) {
    event_loop loop;
    const int descriptor = *loop.descriptor();
    settle(loop);
    ASSERT_FALSE(readable(descriptor));
    const failing interrupted("write", EINTR);
    loop.wake();
    EXPECT_TRUE(readable(descriptor));
}

TEST(failing_calls, after_an_interrupted_wait_an_edge_triggered_host_calls_again) {
    event_loop loop;
    connected_pair pair(loop);
    ASSERT_TRUE(loop.descriptor());
    settle(loop);
    pair.peer_sends("hello");
    const failing interrupted(wait_call, EINTR);
    EXPECT_TRUE(loop.run_ready({}).more_waiting);
    settle(loop);
    EXPECT_EQ(pair.sink.text, "hello");
}

TEST(failing_calls, a_filter_that_does_not_know_the_precise_wait_does_not_make_the_loop_spin) {
    event_loop loop;
    timer end(loop, [] {});
    end.arm_after(20ms);
    const failing filtered("epoll_pwait2", EPERM, failing::for_ever);
    const auto cpu = cpu_time_used();
    EXPECT_EQ(loop.run(), 1U);
    EXPECT_LT(cpu_time_used() - cpu, 10ms);
}

TEST(failing_calls, a_stream_that_cannot_be_watched_at_first_is_watched_in_the_next_turn) {
    event_loop loop;
    const failing once(registration_call, ENOMEM);
    connected_pair pair(loop);
    pair.peer_sends("hello");
    settle(loop);
    EXPECT_EQ(pair.sink.text, "hello");
}

TEST(failing_calls, a_stream_that_cannot_be_watched_at_all_tells_why) {
    event_loop loop;
    const failing always(registration_call, ENOSPC, failing::for_ever);
    connected_pair pair(loop);
    settle(loop);
    EXPECT_EQ(pair.sink.error, std::errc::no_space_on_device);
}

TEST(failing_calls, a_pause_that_cannot_be_ended_in_the_engine_is_ended_all_the_same) {
    event_loop loop;
    connected_pair pair(loop);
    settle(loop);
    pair.stream->pause();
    settle(loop);
    pair.peer_sends("hello");
    {
        const failing once(registration_call, ENOMEM);
        pair.stream->resume();
    }
    settle(loop);
    pair.peer_sends(" again");
    settle(loop);
    EXPECT_EQ(pair.sink.text, "hello again");
}

TEST(failing_calls, a_listener_that_comes_to_nothing_leaves_no_file) {
    const std::string path =
        std::filesystem::temp_directory_path() / ("weft-test-" + std::to_string(::getpid()));
    event_loop loop;
    const failing once("listen", EADDRINUSE);
    const auto opened = readiness_listener::open(*loop.state(), address::local(path), {},
                                       [](owned_socket, const address&) {});
    EXPECT_EQ(opened.error(), std::errc::address_in_use);
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(failing_calls, a_listener_that_cannot_tell_its_port_is_none) {
    event_loop loop;
    const failing once("getsockname", ENOBUFS);
    const auto opened = readiness_listener::open(*loop.state(), *address::parse("127.0.0.1", 0), {},
                                       [](owned_socket, const address&) {});
    EXPECT_EQ(opened.error(), std::errc::no_buffer_space);
}

TEST(failing_calls, without_the_call_random_bytes_come_from_the_device) {
    system_random random;
    std::array<std::byte, 32> drawn{};
    const failing missing("getrandom", ENOSYS, failing::for_ever);
    random.fill(drawn);
    EXPECT_NE(drawn, (std::array<std::byte, 32>{}));
}

} // namespace
} // namespace weft::testing
