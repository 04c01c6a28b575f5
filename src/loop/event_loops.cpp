// SPDX-License-Identifier: MIT
// Runs each loop on its own thread.
#include <weft/loop/event_loops.hpp>

#include <algorithm>
#include <system_error>
#include <thread>
#include <vector>

#include <weft/core/error.hpp>

#include "loop/loop_state.hpp"

namespace weft {
namespace {

std::size_t core_count() noexcept {
    return std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
}

/// Returns the loops to the calling thread when the threads have ended.
struct return_to_caller {
    std::vector<event_loop>& loops;

    ~return_to_caller() {
        for (auto& one : loops) one.state()->take_ownership();
    }
};

/// Joins the threads. Used since libc++ has std::jthread only from version 20 on.
struct joined_threads {
    std::vector<std::thread> all;

    ~joined_threads() {
        for (auto& one : all) one.join();
    }
};

} // namespace

event_loops::event_loops(std::size_t count, const loop_options& options) {
    if (count == 0) count = core_count();
    if (count > 1 && options.clock) {
        throw std::system_error(errc::bad_argument,
                                "weft::event_loops: loop_options::clock belongs to one thread");
    }
    loops_.reserve(count);
    while (loops_.size() < count) loops_.emplace_back(options);
}

void event_loops::run() {
    const return_to_caller afterwards{loops_};
    joined_threads others;
    try {
        others.all.reserve(loops_.size());
        for (auto& one : loops_) {
            if (&one != &loops_.front()) others.all.emplace_back([&one] { one.run(); });
        }
    } catch (...) {
        stop();
        throw;
    }
    loops_.front().run();
}

void event_loops::stop() noexcept {
    for (auto& one : loops_) one.stop();
}

void event_loops::wake() noexcept {
    for (auto& one : loops_) one.wake();
}

void event_loops::shutdown(duration within) {
    for (auto& one : loops_) {
        one.post([&one, within] { one.shutdown(within); });
    }
}

void event_loops::restart() noexcept {
    for (auto& one : loops_) one.restart();
}

} // namespace weft
