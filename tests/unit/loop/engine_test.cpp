// SPDX-License-Identifier: MIT
// What every readiness engine promises to sources: edges made of levels, wake-ups, deadlines.
#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <csignal>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <weft/core/error.hpp>

#include "loop/engine.hpp"
#include "loop/posix/system_calls.hpp"

#include "support/descriptors.hpp"
#include "support/joined_thread.hpp"

#include "every_engine.hpp"
#include "loop_probes.hpp"

namespace weft::testing {
namespace {

constexpr interest reading{.read = true};
constexpr interest writing{.write = true};
constexpr interest reading_and_writing{.read = true, .write = true};

/// One end of a socket pair, which counts what is reported.
class watched_end final : public source {
public:
    watched_end() {
        std::array<int, 2> ends{};
        open_socket_pair(SOCK_STREAM, ends.data(), blocking::no);
        own = owned_socket(ends[0]);
        peer = owned_socket(ends[1]);
    }

    void ready(readiness what) noexcept override {
        reads += what.read;
        writes += what.write;
        hangups += what.hangup;
    }
    void run() noexcept override {}

    void peer_sends() const { ASSERT_EQ(::send(peer.get(), "x", 1, 0), 1); }
    void read() const {
        char byte = 0;
        ASSERT_EQ(::recv(own.get(), &byte, 1, 0), 1);
    }
    /// Until nothing more goes in.
    void fill() const {
        static const std::vector<char> much(1 << 20, 'x');
        while (::send(own.get(), much.data(), much.size(), 0) > 0) {}
    }
    void peer_reads_all() const {
        static std::vector<char> much(1 << 20);
        while (::recv(peer.get(), much.data(), much.size(), 0) > 0) {}
    }

    owned_socket own, peer;
    int reads = 0, writes = 0, hangups = 0;
};

class readiness_engine : public on_every_engine {
public:
    std::unique_ptr<engine> waits = make_engine(options());
    watched_end end;

    void look() { waits->wait(time_point::min()); }

    /// Returns true if a wait ends long before its deadline, even on a busy machine.
    bool wakes() { return time_of_wait(10s) < 9s; }

    /// Returns true if a short wait lasts until its deadline. By this clock, the kernel of a
    /// virtual machine may end it a little earlier.
    ::testing::AssertionResult sleeps() {
        const auto time = time_of_wait(2ms);
        if (time >= 1ms) return ::testing::AssertionSuccess();
        return ::testing::AssertionFailure() << "woken after " << time.count() << " ns";
    }

    void add(watched_end& which, interest in) {
        ASSERT_FALSE(waits->add(which.own.get(), which, in));
    }

private:
    /// Waits again if the system interrupted the wait. Signals do that and, on Linux, the end of an
    /// io_uring that this thread had before.
    duration time_of_wait(duration limit) {
        const auto begun = waits->now();
        while (waits->wait(begun + limit) && waits->now() < begun + limit) {}
        return waits->now() - begun;
    }
};

TEST_P(readiness_engine, tells_what_was_ready_before) {
    end.peer_sends();
    add(end, reading_and_writing);
    look();
    EXPECT_EQ(end.reads, 1);
    EXPECT_EQ(end.writes, 1);
    EXPECT_EQ(end.hangups, 0);
}

TEST_P(readiness_engine, is_silent_after_a_report_until_the_edge_is_used_up) {
    add(end, reading);
    EXPECT_TRUE(sleeps());
    end.peer_sends();
    EXPECT_TRUE(wakes());
    EXPECT_TRUE(sleeps()) << "it was reported";
    EXPECT_EQ(end.reads, 1);
    end.read();
    waits->drained(end.own.get(), reading);
    EXPECT_TRUE(sleeps());
    end.peer_sends();
    EXPECT_TRUE(wakes());
    EXPECT_EQ(end.reads, 2);
}

TEST_P(readiness_engine, tells_of_room_after_a_short_write) {
    add(end, reading_and_writing);
    look();
    EXPECT_EQ(end.writes, 1);
    end.fill();
    waits->drained(end.own.get(), writing);
    EXPECT_TRUE(sleeps());
    end.peer_reads_all();
    EXPECT_TRUE(wakes());
    EXPECT_EQ(end.writes, 2);
    EXPECT_EQ(end.reads, 0);
}

TEST_P(readiness_engine, reports_again_when_the_interest_changes) {
    add(end, reading);
    end.peer_sends();
    look();
    waits->modify(end.own.get(), end, writing);
    look();
    EXPECT_EQ(end.reads, 1);
    EXPECT_EQ(end.writes, 1);
    waits->modify(end.own.get(), end, reading);
    look();
    EXPECT_EQ(end.reads, 2);
    EXPECT_EQ(end.writes, 1);
}

TEST_P(readiness_engine, tells_levels_each_time) {
    add(end, {.read = true, .level = true});
    end.peer_sends();
    for (int i = 1; i <= 3; ++i) {
        look();
        EXPECT_EQ(end.reads, i);
    }
    end.read();
    EXPECT_TRUE(sleeps());
}

TEST_P(readiness_engine, the_peers_end_is_reported_with_reading_and_once) {
    add(end, reading);
    end.peer.reset();
    EXPECT_TRUE(wakes());
    EXPECT_EQ(end.reads, 1);
    EXPECT_EQ(end.hangups, 1);
    EXPECT_TRUE(sleeps());
}

TEST_P(readiness_engine, an_error_goes_to_a_blocked_writer_that_does_not_read) {
    end.fill();
    add(end, writing);
    EXPECT_TRUE(sleeps());
    end.peer.reset();
    EXPECT_TRUE(wakes());
    EXPECT_EQ(end.writes, 1);
    EXPECT_EQ(end.hangups, 1);
    EXPECT_TRUE(sleeps());
}

TEST_P(readiness_engine, does_not_spin_on_a_reset_peer_that_nobody_reads) {
    add(end, reading_and_writing);
    look();
    waits->modify(end.own.get(), end, writing);
    look();
    end.peer.reset();
    look();
    EXPECT_TRUE(sleeps());
}

TEST_P(readiness_engine, what_was_removed_hears_nothing_and_its_number_is_free) {
    add(end, reading_and_writing);
    end.peer_sends();
    waits->remove(end.own.get());
    EXPECT_TRUE(sleeps());
    EXPECT_EQ(end.reads + end.writes, 0);
    add(end, reading);
    look();
    EXPECT_EQ(end.reads, 1);
}

TEST_P(readiness_engine, refuses_what_it_watches_already_and_what_is_none) {
    add(end, reading);
    EXPECT_EQ(waits->add(end.own.get(), end, reading), std::errc::file_exists);
    EXPECT_EQ(waits->add(-1, end, reading), std::errc::bad_file_descriptor);
    waits->remove(12345);
    waits->drained(12345, reading);
    waits->modify(12345, end, reading);
    EXPECT_TRUE(sleeps());
}

TEST_P(readiness_engine, of_many_tells_those_that_are_ready_in_any_order_of_leaving) {
    std::vector<std::unique_ptr<watched_end>> all;
    for (int i = 0; i < 20; ++i) {
        add(*all.emplace_back(std::make_unique<watched_end>()), reading);
    }
    for (const int which : {0, 7, 8, 18, 19}) all[static_cast<std::size_t>(which)]->peer_sends();
    for (const int which : {0, 3, 19}) {
        waits->remove(all[static_cast<std::size_t>(which)]->own.get());
    }
    look();
    std::vector<int> reported;
    for (int i = 0; i < 20; ++i) {
        if (all[static_cast<std::size_t>(i)]->reads != 0) reported.push_back(i);
    }
    EXPECT_EQ(reported, (std::vector{7, 8, 18}));
    for (const auto& one : all) {
        one->reads = 0;
        one->peer_sends();
        waits->drained(one->own.get(), reading);
    }
    look();
    int all_reported = 0;
    for (const auto& one : all) all_reported += one->reads;
    EXPECT_EQ(all_reported, 17);
}

TEST_P(readiness_engine, wake_ups_count_as_one_and_are_not_lost) {
    EXPECT_TRUE(sleeps());
    for (int i = 0; i < 100'000; ++i) waits->wake(); // more than a pipe holds
    EXPECT_TRUE(wakes());
    EXPECT_TRUE(sleeps());
    waits->wake();
    EXPECT_TRUE(wakes());
}

/// SIGUSR1 wakes an engine as long as this lives.
class waking_signal {
public:
    explicit waking_signal(engine& which) {
        woken = &which;
        struct sigaction action {};
        action.sa_handler = [](int) { woken->wake(); };
        ::sigaction(SIGUSR1, &action, &before);
    }
    ~waking_signal() { ::sigaction(SIGUSR1, &before, nullptr); }
    waking_signal(const waking_signal&) = delete;
    waking_signal& operator=(const waking_signal&) = delete;

private:
    static inline engine* woken = nullptr;
    struct sigaction before {};
};

TEST_P(readiness_engine, does_not_begin_an_endless_wait_after_a_signal_handler_has_woken_it) {
    const waking_signal signal(*waits);
    ::raise(SIGUSR1);
    waits->wait(never);
    EXPECT_TRUE(sleeps());
}

/// The signal is repeated: ThreadSanitizer keeps one that comes just before the wait until a call
/// that it knows, and it does not know epoll_pwait2.
TEST_P(readiness_engine, is_woken_out_of_an_endless_wait_by_a_signal_handler) {
    const waking_signal signal(*waits);
    for (int i = 0; i < 50; ++i) {
        std::atomic<bool> returned = false;
        joined_thread other([&returned, waiting = ::pthread_self()] {
            do {
                ::pthread_kill(waiting, SIGUSR1);
                std::this_thread::yield();
            } while (!returned);
        });
        waits->wait(never);
        returned = true;
    }
}

TEST_P(readiness_engine, its_descriptors_close_on_exec) {
    const auto is_open = [](int number) { return ::fcntl(number, F_GETFD) >= 0; };
    std::array<bool, 64> before{};
    for (int number = 0; number < 64; ++number) {
        before[static_cast<std::size_t>(number)] = is_open(number);
    }
    const auto another = make_engine(options());
    static_cast<void>(another->descriptor());
    int opened = 0;
    for (int number = 0; number < 64; ++number) {
        if (before[static_cast<std::size_t>(number)] || !is_open(number)) continue;
        EXPECT_NE(::fcntl(number, F_GETFD) & FD_CLOEXEC, 0) << number;
        ++opened;
    }
    EXPECT_GE(opened, 1);
}

WEFT_ON_EVERY_ENGINE(readiness_engine);

class engine_threads : public on_every_engine {};

TEST_P(engine_threads, no_wake_up_is_lost_between_threads) {
    const auto waits = make_engine(options());
    std::atomic<int> said = 0, acknowledged = 0;
    constexpr int words = 2000;
    joined_thread other([&] {
        for (int word = 1; word <= words; ++word) {
            said = word;
            waits->wake();
            while (acknowledged < word) std::this_thread::yield();
        }
    });
    while (acknowledged < words) {
        waits->wait(never);
        acknowledged = said.load();
    }
}

WEFT_ON_EVERY_ENGINE(engine_threads);

} // namespace
} // namespace weft::testing
