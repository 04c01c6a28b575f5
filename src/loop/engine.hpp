// SPDX-License-Identifier: MIT
// The interface of an engine, which waits for events inside an event loop. Readiness is
// edge-triggered: after a report for one direction, no other follows until the target calls
// `drained`, after EAGAIN or a short read. If a short read may leave input unread, the target reads
// until EAGAIN.
#pragma once

#include <cstdint>
#include <memory>
#include <system_error>

#include <weft/core/random_source.hpp>
#include <weft/core/result.hpp>
#include <weft/loop/event_loop.hpp>
#include <weft/loop/readiness.hpp>
#include <weft/stream/work_item.hpp>

namespace weft {

class network;

/// The events that a source wants. Errors are always reported. Interest in reading includes the end
/// of the input and, unless `level`, an urgent mark.
struct interest {
    bool read = false;
    bool write = false;
    bool level = false; ///< reported in each wait while it holds, without `drained`
};

/// An object whose descriptor an engine watches.
class source : public work_item {
public:
    /// Records what is ready. Calls no handler: `run` does that later.
    virtual void ready(readiness what) noexcept = 0;
};

class engine {
public:
    engine() = default;
    engine(const engine&) = delete;
    engine& operator=(const engine&) = delete;
    virtual ~engine() = default;

    [[nodiscard]] virtual engine_kind kind() const noexcept = 0;
    [[nodiscard]] virtual time_point now() const noexcept = 0;

    /// Returns the network that makes this engine's sockets.
    [[nodiscard]] virtual weft::network& network() noexcept = 0;

    /// Watches `descriptor` until `remove`. What is already ready is reported, too.
    virtual std::error_code add(int descriptor, source& target, interest in) noexcept = 0;

    /// Changes the interest, and reports everything that is ready once more. On error nothing
    /// changes.
    virtual std::error_code modify(int descriptor, source& target, interest in) noexcept = 0;
    virtual void remove(int descriptor) noexcept = 0;

    /// Called by the target of `descriptor` after EAGAIN, a short read that left nothing, or a
    /// short write: from now on the engine may report that direction again.
    virtual void drained(int descriptor, interest direction) noexcept = 0;

    /// Waits until something is ready, `deadline` has passed, `wake` was called or the system
    /// interrupts the wait. Reports to the sources what is ready. Returns true if more may be ready
    /// than was reported, and after an interruption.
    virtual bool wait(time_point deadline) = 0;

    /// Makes `wait` return, and the descriptor readable; may be called from any thread and from
    /// signal handlers.
    virtual void wake() noexcept = 0;

    /// Returns the descriptor that is readable when `wait` would report something.
    virtual result<int> descriptor() = 0;

    /// Makes the descriptor readable at `deadline` or earlier, at most once for each call. Costs
    /// nothing if an earlier deadline was set and has not passed. `descriptor()` must have been
    /// called before.
    virtual void set_timer(time_point deadline) noexcept = 0;

    /// Returns false in a forked child of the process that made it.
    [[nodiscard]] virtual bool in_own_process() const noexcept { return true; }

    /// Called when a thread stops running the loop: releases resources that are bound to that
    /// thread. Another thread may run the next turn.
    virtual void leave_thread() noexcept {}

    /// In a forked child: replaces the descriptor, under the same number, by one that is never
    /// readable. A host can then stop watching that number without an effect on an epoll set that
    /// it shares with the parent. Returns false if the system refuses, or there is no descriptor.
    virtual bool disown() noexcept { return false; }
};

/// Creates the engine that the options select. If the system refuses it and another engine can
/// replace it, creates that one and stores the system's error in `refused`. Throws
/// std::system_error, or std::bad_alloc.
std::unique_ptr<engine> make_engine(const loop_options& options,
                                    std::error_code* refused = nullptr);

} // namespace weft
