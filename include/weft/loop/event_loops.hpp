// SPDX-License-Identifier: MIT
// Event loops for several cores: as many loops, and a thread for each while they run. Knows nothing
// of what lives on them.
#pragma once

#include <cstddef>
#include <vector>

#include <weft/loop/event_loop.hpp>

namespace weft {

/// One event loop for each core.
///
/// Make the same things on each before `run`, on one thread and one after the other: a server that
/// listens with `reuse_port`, by the same function, so that the state of its handlers belongs to
/// one loop and needs no lock. While they run each loop and all on it belong to a thread of their
/// own; before and after that to whoever calls `run`.
class event_loops {
public:
    /// As many as `count`, or as the system has cores. Throws std::system_error when the system
    /// refuses what an engine needs. Clock and random source of `options` serve all threads.
    explicit event_loops(std::size_t count = 0, const loop_options& options = {});
    event_loops(const event_loops&) = delete;
    event_loops& operator=(const event_loops&) = delete;

    [[nodiscard]] std::size_t size() const noexcept { return loops_.size(); }
    [[nodiscard]] event_loop& operator[](std::size_t which) noexcept { return loops_[which]; }
    [[nodiscard]] auto begin() noexcept { return loops_.begin(); }
    [[nodiscard]] auto end() noexcept { return loops_.end(); }

    /// Runs the first loop on this thread and each other on one of its own, as `event_loop::run`
    /// does; returns when all have ended. Throws std::system_error when the system has no thread to
    /// give; then all are stopped.
    void run();

    // --- from any thread, while they exist; `stop` and `wake` are async-signal-safe

    /// Ends each loop's `run`, see `event_loop::stop`.
    void stop() noexcept;

    /// Wakes each loop, which calls its `interrupt` handlers.
    void wake() noexcept;

    /// Shuts down all endpoints on each loop, see `event_loop::shutdown`; then `run` returns.
    void shutdown(duration within);

    /// Before the next `run`.
    void restart() noexcept;

private:
    std::vector<event_loop> loops_;
};

} // namespace weft
