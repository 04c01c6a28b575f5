// SPDX-License-Identifier: MIT
// A libuv loop for tests, and handles on it that call functions.
#pragma once

#include <uv.h>

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <utility>

namespace weft::testing {

/// A libuv loop that must have nothing of anybody's left at its end.
class uv_host_loop {
public:
    uv_host_loop() { EXPECT_EQ(uv_loop_init(&loop_), 0); }
    uv_host_loop(const uv_host_loop&) = delete;
    uv_host_loop& operator=(const uv_host_loop&) = delete;
    ~uv_host_loop() {
        run();
        EXPECT_EQ(uv_loop_close(&loop_), 0);
    }

    [[nodiscard]] uv_loop_t* get() { return &loop_; }
    int run(uv_run_mode how = UV_RUN_DEFAULT) { return uv_run(&loop_, how); }

    /// Iterations until `holds`, for as long as libuv has something to do.
    bool run_until(const std::function<bool()>& holds) {
        while (!holds()) {
            if (run(UV_RUN_ONCE) == 0 && !holds()) return false;
        }
        return true;
    }

private:
    uv_loop_t loop_{};
};

/// A timer of the application's.
class uv_alarm {
public:
    uv_alarm(uv_host_loop& host, std::function<void()> rings) : timer_(new uv_timer_t) {
        uv_timer_init(host.get(), timer_);
        timer_->data = new std::function<void()>(std::move(rings));
    }
    uv_alarm(const uv_alarm&) = delete;
    uv_alarm& operator=(const uv_alarm&) = delete;
    ~uv_alarm() {
        uv_close(reinterpret_cast<uv_handle_t*>(timer_), [](uv_handle_t* closed) {
            delete static_cast<std::function<void()>*>(closed->data);
            delete reinterpret_cast<uv_timer_t*>(closed);
        });
    }

    void start(std::chrono::milliseconds first, std::chrono::milliseconds then = {}) {
        uv_update_time(timer_->loop);
        uv_timer_start(
            timer_, [](uv_timer_t* due) { (*static_cast<std::function<void()>*>(due->data))(); },
            static_cast<std::uint64_t>(first.count()), static_cast<std::uint64_t>(then.count()));
    }

private:
    uv_timer_t* timer_; // on the heap until libuv has let go of it
};

} // namespace weft::testing
