// SPDX-License-Identifier: MIT
// Event loops and timers for C programs.
#include <algorithm>
#include <chrono>
#include <limits>

#include "c/callbacks.hpp"
#include "c/failures.hpp"
#include "c/objects.hpp"
#include "c/options.hpp"

using namespace weft::c;

namespace {

/// Runs the loop by `action`, which returns a number; 0 if it throws.
template <class Action>
std::size_t count_of(weft_loop* loop, Action&& action) noexcept {
    std::size_t count = 0;
    if (loop) {
        guarded([&] {
            count = action(loop->loop);
            return WEFT_OK;
        });
    }
    return count;
}

} // namespace

int weft_loop_create(const weft_loop_options* options, weft_loop** out) {
    return guarded([&]() -> int {
        weft_loop_options read;
        if (!out || !read_options(options, read)) return WEFT_E_BAD_ARGUMENT;
        weft::loop_options chosen;
        if (read.memory_max != 0) chosen.memory_max = read.memory_max;
        auto made = weft::event_loop::create(chosen);
        if (!made) return number_of(made.error());
        *out = new weft_loop{std::move(*made)};
        return WEFT_OK;
    });
}

void weft_loop_destroy(weft_loop* loop) {
    delete loop;
}

size_t weft_loop_run(weft_loop* loop) {
    return count_of(loop, [](weft::event_loop& one) { return one.run(); });
}

size_t weft_loop_run_one(weft_loop* loop) {
    return count_of(loop, [](weft::event_loop& one) { return one.run_one(); });
}

size_t weft_loop_poll(weft_loop* loop) {
    return count_of(loop, [](weft::event_loop& one) { return one.poll(); });
}

void weft_loop_stop(weft_loop* loop) {
    if (loop) loop->loop.stop();
}

void weft_loop_restart(weft_loop* loop) {
    if (loop) loop->loop.restart();
}

void weft_loop_set_perpetual(weft_loop* loop, int on) {
    if (!loop) return;
    if (on) loop->loop.start_perpetual();
    else loop->loop.stop_perpetual();
}

int weft_loop_descriptor(weft_loop* loop, int* out) {
    return guarded([&]() -> int {
        if (!loop || !out) return WEFT_E_BAD_ARGUMENT;
        const auto descriptor = loop->loop.descriptor();
        if (!descriptor) return number_of(descriptor.error());
        *out = *descriptor;
        return WEFT_OK;
    });
}

int weft_loop_process(weft_loop* loop) {
    return count_of(loop, [](weft::event_loop& one) {
        return std::size_t(one.run_ready().more_waiting);
    }) != 0;
}

int weft_loop_timeout(weft_loop* loop) {
    if (!loop) return -1;
    const auto left = loop->loop.next_timeout();
    if (!left) return -1;
    const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(*left).count();
    return int(std::min<std::int64_t>(rounded, std::numeric_limits<int>::max()));
}

int weft_loop_post(weft_loop* loop, weft_callback work, void* user, weft_callback release) {
    return guarded([&]() -> int {
        if (!loop || !work) return WEFT_E_BAD_ARGUMENT;
        const auto shared = share(work, user, release);
        loop->loop.post(to_function(shared));
        shared->own();
        return WEFT_OK;
    });
}

void weft_loop_wake(weft_loop* loop) {
    if (loop) loop->loop.wake();
}

int weft_timer_create(weft_loop* loop, weft_callback expired, void* user, weft_callback release,
                      weft_timer** out) {
    return guarded([&]() -> int {
        if (!loop || !expired || !out) return WEFT_E_BAD_ARGUMENT;
        const auto shared = share(expired, user, release);
        *out = new weft_timer(*loop, to_function(shared));
        shared->own();
        return WEFT_OK;
    });
}

void weft_timer_destroy(weft_timer* timer) {
    delete timer;
}

void weft_timer_arm(weft_timer* timer, int64_t delay_ms) {
    if (timer) timer->timer.arm_after(milliseconds(delay_ms));
}

void weft_timer_arm_every(weft_timer* timer, int64_t first_ms, int64_t period_ms) {
    if (timer) timer->timer.arm_every(milliseconds(first_ms), milliseconds(period_ms));
}

void weft_timer_disarm(weft_timer* timer) {
    if (timer) timer->timer.disarm();
}

int weft_timer_armed(const weft_timer* timer) {
    return timer && timer->timer.armed();
}
