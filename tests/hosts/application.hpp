// SPDX-License-Identifier: MIT
// What an application has on its own loop beside Weft: a timer, a pipe and idle work, and counts of
// how often each had its turn.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "host_loops/foreign_loop.hpp"

namespace weft::testing {

/// A pipe of the application's; its ends may be closed, or given other numbers.
struct pipe_pair {
    pipe_pair() { EXPECT_EQ(::pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0); }
    pipe_pair(const pipe_pair&) = delete;
    pipe_pair& operator=(const pipe_pair&) = delete;
    ~pipe_pair() {
        ::close(ends[0]);
        ::close(ends[1]);
    }

    void write() const { EXPECT_EQ(::write(ends[1], "x", 1), 1); }
    [[nodiscard]] bool read() const {
        char byte;
        return ::read(ends[0], &byte, 1) == 1;
    }

    int ends[2];
};

/// Its timer rings every millisecond and writes into the pipe, its watch reads there, and its idle
/// work goes on until it leaves.
class application {
public:
    explicit application(foreign_loop& host) : host_(host) {
        host_.watch(pipe_.ends[0], [this] {
            while (pipe_.read()) ++counts_.reads;
        });
        host_.on_idle([this] {
            ++counts_.idle;
            return !leaving_;
        });
        wait();
    }

    /// Takes everything off the host.
    void leave() {
        leaving_ = true;
        const int idle = counts_.idle;
        EXPECT_TRUE(host_.turn_until([&] { return !waiting_ && counts_.idle > idle; }));
        host_.unwatch();
        host_.turn(duration::zero());
    }

    struct counts {
        int rings = 0, reads = 0, idle = 0;

        [[nodiscard]] int least() const { return std::min({rings, reads, idle}); }
    };

    /// How often each has had its turn since the last call.
    counts take() { return std::exchange(counts_, {}); }
    [[nodiscard]] const counts& so_far() const { return counts_; }

private:
    void wait() {
        waiting_ = true;
        host_.call_after(std::chrono::milliseconds(1), [this] {
            ++counts_.rings;
            pipe_.write();
            waiting_ = false;
            if (!leaving_) wait();
        });
    }

    foreign_loop& host_;
    pipe_pair pipe_;
    counts counts_;
    bool waiting_ = false;
    bool leaving_ = false;
};

/// Keeps an event loop busy: whatever its turn's budget, there is more to do.
class busy_loop {
public:
    explicit busy_loop(event_loop& loop) : loop_(loop) { again(); }
    busy_loop(const busy_loop&) = delete;
    busy_loop& operator=(const busy_loop&) = delete;
    ~busy_loop() { *goes_on_ = false; }

    [[nodiscard]] long rounds() const { return rounds_; }

private:
    void again() {
        loop_.post([this, goes_on = goes_on_] {
            if (!*goes_on) return;
            ++rounds_;
            again();
        });
    }

    event_loop& loop_;
    std::shared_ptr<bool> goes_on_ = std::make_shared<bool>(true);
    long rounds_ = 0;
};

} // namespace weft::testing
