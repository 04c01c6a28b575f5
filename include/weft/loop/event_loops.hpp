// SPDX-License-Identifier: MIT
// Event loops for several cores: one loop per core, each with its own thread while they run. Knows
// nothing of what is on the loops.
#pragma once

#include <cstddef>
#include <vector>

#include <weft/loop/event_loop.hpp>

namespace weft {

/// One event loop for each core.
///
/// Before `run`, set up the same objects on each loop: for example, call one function for each
/// loop, which creates a server that listens with `reuse_port`. The state of its handlers then
/// belongs to one loop and needs no lock. During `run`, each loop and everything on it belong to a
/// thread of its own; before and after, all of them belong to the thread that calls `run`.
class event_loops {
public:
    /// Creates `count` loops; for 0, one per core. Throws std::system_error if the system refuses a
    /// resource that an engine needs, or with `errc::bad_argument` if several loops would share a
    /// `virtual_clock`. All loops use the random source of `options`, if it has one, on their
    /// threads, so it must be thread-safe.
    explicit event_loops(std::size_t count = 0, const loop_options& options = {});
    event_loops(const event_loops&) = delete;
    event_loops& operator=(const event_loops&) = delete;

    [[nodiscard]] std::size_t size() const noexcept { return loops_.size(); }
    [[nodiscard]] event_loop& operator[](std::size_t which) noexcept { return loops_[which]; }
    [[nodiscard]] auto begin() noexcept { return loops_.begin(); }
    [[nodiscard]] auto end() noexcept { return loops_.end(); }

    /// Runs the first loop on this thread and each other loop on its own thread, as
    /// `event_loop::run` does; returns when all have ended. If a thread cannot be created, stops
    /// all loops and throws std::system_error.
    void run();

    // --- from any thread, while they exist; `stop` and `wake` are async-signal-safe

    /// Ends each loop's `run`, see `event_loop::stop`.
    void stop() noexcept;

    /// Wakes each loop, which calls its `interrupt` handlers.
    void wake() noexcept;

    /// Shuts down all endpoints on each loop (see `event_loop::shutdown`); then `run` returns.
    void shutdown(duration within);

    /// Makes the loops ready for the next `run`; see `event_loop::restart`.
    void restart() noexcept;

private:
    std::vector<event_loop> loops_;
};

} // namespace weft
