// SPDX-License-Identifier: MIT
// What the tests of the loop share: a look at a descriptor, a driver observer that counts, CPU
// time.
#pragma once

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <ctime>

#include <weft/loop/event_loop.hpp>

#include "loop/loop_state.hpp"

namespace weft::testing {

using namespace std::chrono_literals;

/// Whether `descriptor` is readable, waiting for it up to `wait`.
inline bool readable(int descriptor, std::chrono::milliseconds wait = 0ms) {
    pollfd one{descriptor, POLLIN, 0};
    return ::poll(&one, 1, static_cast<int>(wait.count())) > 0;
}

/// Whether something ends the wait of the loop, or of its host, within `wait`.
inline bool wakes(event_loop& loop, std::chrono::milliseconds wait = 1ms) {
    if (const auto descriptor = loop.descriptor()) return readable(*descriptor, wait);
    const auto end = std::chrono::steady_clock::now() + wait;
    const auto left = loop.next_timeout();
    loop.state()->engine().wait(left ? std::min(end, deadline_after(loop.now(), *left)) : end);
    return std::chrono::steady_clock::now() < end;
}

/// Turns until one does nothing.
inline void settle(event_loop& loop) {
    while (loop.run_ready({}).did_something) {}
}

/// Counts interrupts while it lives.
class interrupt_counter final : public driver_observer {
public:
    explicit interrupt_counter(event_loop& loop) : loop_(loop.state()), driver_(loop.driver()) {
        driver_.enroll(*this);
    }
    ~interrupt_counter() { driver_.leave(*this); }

    int count = 0;
    bool closed = false;

private:
    void on_interrupt() override { ++count; }
    void on_driver_closed() noexcept override { closed = true; }

    std::shared_ptr<loop_state> loop_;
    driver& driver_;
};

inline std::chrono::nanoseconds cpu_time_used() {
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

} // namespace weft::testing
