// SPDX-License-Identifier: MIT
// What is special about the engine of io_uring(7): what replaces it where the system refuses, full
// rings, and loops that change threads.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <weft/loop/event_loop.hpp>

#include "loop/engine.hpp"
#include "loop/loop_state.hpp"
#include "loop/posix/system_call.hpp"

#include "support/descriptors.hpp"

#include "unit/loop/loop_probes.hpp"
#include "unit/loop/sockets.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

constexpr loop_options by_uring{.engine = engine_kind::io_uring};

/// The system calls through the table that fail while this lives.
class refusal {
public:
    refusal(std::string_view call, int error) {
        refused = call;
        with = error;
        system_faults = [](const char* made, const call_site&) noexcept {
            return made == refused ? with : 0;
        };
    }
    refusal(const refusal&) = delete;
    refusal& operator=(const refusal&) = delete;
    ~refusal() { system_faults = nullptr; }

private:
    static inline std::string_view refused;
    static inline int with = 0;
};

/// Counts how often it was readable.
class counting final : public source {
public:
    void ready(readiness what) noexcept override { reads += what.read; }
    void run() noexcept override {}
    int reads = 0;
};

bool has_uring() {
    return !event_loop(by_uring).engine_refused();
}

/// From here on io_uring_setup(2) fails with EPERM in this process, as in most containers.
bool forbid_uring() {
    std::array<sock_filter, 4> program{{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    }};
    const sock_fprog filter{program.size(), program.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
        ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

TEST(refused_io_uring, is_replaced_by_epoll_which_works) {
    const pid_t child = ::fork();
    if (child == 0) {
        if (!forbid_uring()) ::_exit(2);
        event_loop loop(by_uring);
        bool ran = false;
        loop.post([&] { ran = true; });
        loop.run();
        const bool says_so = loop.engine() == engine_kind::epoll &&
            loop.engine_refused() == std::errc::operation_not_permitted;
        ::_exit(says_so && ran ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
}

TEST(refused_io_uring, is_replaced_whatever_the_reason_is_but_for_a_lack_of_descriptors) {
    for (const char* const call : {"io_uring_setup", "map_ring"}) {
        for (const int error : {ENOSYS, EPERM, EACCES, ENOMEM}) {
            const refusal none(call, error);
            const event_loop loop(by_uring);
            EXPECT_EQ(loop.engine(), engine_kind::epoll);
            EXPECT_EQ(loop.engine_refused(), std::error_code(error, std::system_category()));
        }
    }
    const refusal none("io_uring_setup", EMFILE);
    EXPECT_EQ(event_loop::create(by_uring).error(), std::errc::too_many_files_open);
}

TEST(refused_io_uring, of_a_kernel_that_lacks_a_feature_is_said_to_be_missing) {
    const refusal none("io_uring_setup", EINVAL);
    EXPECT_EQ(event_loop(by_uring).engine_refused(), std::errc::function_not_supported);
}

TEST(engine_refused, is_empty_where_the_engine_is_the_one_that_was_asked_for) {
    EXPECT_FALSE(event_loop().engine_refused());
    EXPECT_FALSE(event_loop({.engine = engine_kind::poll}).engine_refused());
}

/// Many more descriptors than the ring has room for requests, or for their completions.
TEST(io_uring, holds_more_than_its_ring) {
    struct rlimit limit {};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    if (!has_uring() || limit.rlim_max < 10'000) GTEST_SKIP();
    limit.rlim_cur = std::max<rlim_t>(limit.rlim_cur, 10'000);
    ::setrlimit(RLIMIT_NOFILE, &limit);
    constexpr std::size_t many = 3000; // the ring: 256 requests, 2048 completions
    const auto waits = make_engine(by_uring);
    std::vector<counting> all(many);
    std::vector<std::array<owned_socket, 2>> pairs(many);
    for (std::size_t i = 0; i < many; ++i) {
        std::array<int, 2> ends{};
        open_socket_pair(SOCK_STREAM, ends.data(), blocking::no);
        pairs[i] = {owned_socket(ends[0]), owned_socket(ends[1])};
        ASSERT_FALSE(waits->add(ends[0], all[i], {.read = true}));
    }
    for (int round = 1; round <= 2; ++round) {
        for (const auto& one : pairs) ASSERT_EQ(::send(one[1].get(), "x", 1, 0), 1);
        while (waits->wait(time_point::min())) {}
        for (const auto& one : all) EXPECT_EQ(one.reads, round);
    }
    for (const auto& one : pairs) waits->remove(one[0].get());
    for (const auto& one : pairs) ASSERT_EQ(::send(one[1].get(), "x", 1, 0), 1);
    while (waits->wait(time_point::min())) {}
    for (const auto& one : all) EXPECT_EQ(one.reads, 2);
}

/// The threads have the same id: each begins when the one before it has ended.
TEST(io_uring, goes_on_when_another_thread_runs_the_loop) {
    event_loop loop(by_uring);
    connected_pair pair(loop);
    const auto talk_on_a_thread = [&](const char* text, auto&& run) {
        const std::size_t before = pair.sink.text.size();
        pair.peer_sends(text);
        std::thread([&] {
            const auto end = std::chrono::steady_clock::now() + 10s;
            while (pair.sink.text.size() == before && std::chrono::steady_clock::now() < end) run();
        }).join();
        EXPECT_GT(pair.sink.text.size(), before) << text;
    };
    const auto stepped = [&] { loop.run_ready(); };
    const auto ran = [&] {
        loop.post([&] { loop.stop(); });
        loop.run();
        loop.restart();
    };
    talk_on_a_thread("one ", ran);
    talk_on_a_thread("two ", stepped);
    talk_on_a_thread("three ", stepped);
    talk_on_a_thread("four ", ran);
    talk_on_a_thread("five", stepped);
    EXPECT_EQ(pair.sink.text, "one two three four five");
}

/// The kernel cancels what a thread has submitted that has ended, some kernels only at the next
/// event: here one request, and nothing that would end the wait.
TEST(io_uring, watches_again_during_a_wait_what_the_kernel_has_cancelled) {
    if (!has_uring()) GTEST_SKIP();
    const auto waits = make_engine(by_uring);
    const auto look = [&] { waits->wait(time_point::min()); };
    std::thread(look).join(); // a second thread: from now on, the ring is open to all
    look();
    look(); // the wake-up is this thread's, if it was cancelled at once
    std::array<int, 2> ends{};
    open_socket_pair(SOCK_STREAM, ends.data(), blocking::no);
    const owned_socket watched(ends[0]);
    const owned_socket peer(ends[1]);
    counting one;
    std::thread([&] {
        EXPECT_FALSE(waits->add(watched.get(), one, {.read = true}));
        look();
    }).join();
    ASSERT_EQ(::send(peer.get(), "x", 1, 0), 1);
    const auto end = waits->now() + 10s;
    while (one.reads == 0 && waits->now() < end) waits->wait(end);
    EXPECT_EQ(one.reads, 1);
    waits->remove(watched.get());
}

} // namespace
} // namespace weft::testing
