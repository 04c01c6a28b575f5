// SPDX-License-Identifier: MIT
//
// A timer of libuv's. Its clock counts milliseconds, so up to one of them is the timer's own.

#include "lateness/host_timer.hpp"

#include <uv.h>

#include <weft/hosts/uv.hpp>

namespace weft::lateness {
namespace {

void (*ring)() = nullptr;

void start(uv_timer_t* timer) {
    uv_update_time(timer->loop);
    const auto due = [](uv_timer_t* again) {
        ring();
        start(again);
    };
    uv_timer_start(timer, due, static_cast<std::uint64_t>(period.count()), 0);
}

std::unique_ptr<runner> make(event_loop& loop, budget limit, void (*rings)()) {
    static uv_timer_t timer; // lives as long as the program
    auto made = std::make_unique<uv_runner>(loop, limit);
    ring = rings;
    uv_timer_init(made->host(), &timer);
    start(&timer);
    return made;
}

const host_registration uv({"uv", make});

} // namespace
} // namespace weft::lateness
