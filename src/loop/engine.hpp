// SPDX-License-Identifier: MIT
// What waits inside an event loop. An engine reports readiness as edges: after a report it is
// silent on that direction until the target has met EAGAIN or a short read, and says so. Where a
// short read may leave something unread, the target reads on until EAGAIN.
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

/// What a source wants to hear. Errors are always told; with reading the peer's end, and an urgent
/// mark unless `level`.
struct interest {
    bool read = false;
    bool write = false;
    bool level = false; ///< told in each wait for as long as it is so, without `drained`
};

/// Something with a descriptor that an engine watches.
class source : public work_item {
public:
    /// Notes what is ready. Calls no handler: that is for a later `run`.
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

    /// What it makes of sockets.
    [[nodiscard]] virtual weft::network& network() noexcept = 0;

    /// Watches `descriptor` until `remove`; what is ready already is told, too.
    virtual std::error_code add(int descriptor, source& target, interest in) noexcept = 0;

    /// Changes the interest, and tells anew what is ready. After an error it is as it was.
    virtual std::error_code modify(int descriptor, source& target, interest in) noexcept = 0;
    virtual void remove(int descriptor) noexcept = 0;

    /// The target of `descriptor` has met EAGAIN, a short read that left nothing, or a short write:
    /// from now on the next report of that direction may come.
    virtual void drained(int descriptor, interest direction) noexcept = 0;

    /// Tells sources what is ready, waiting for that until `deadline`, or until it is woken.
    /// True when more may be ready than was told.
    virtual bool wait(time_point deadline) = 0;

    /// Makes `wait` return, and the descriptor readable; from any thread and from signal handlers.
    virtual void wake() noexcept = 0;

    /// The descriptor that is readable when `wait` would tell something.
    virtual result<int> descriptor() = 0;

    /// Makes the descriptor readable at `deadline`; only after `descriptor()` was called.
    virtual void set_timer(time_point deadline) noexcept = 0;

    /// False in a child of the process that made it.
    [[nodiscard]] virtual bool in_own_process() const noexcept { return true; }

    /// In such a child: puts something that is never readable behind the descriptor's number. Then
    /// a host may forget the number without a word to what it shares with the parent. False when
    /// the system refuses, or there is no descriptor.
    virtual bool disown() noexcept { return false; }
};

/// Throws std::system_error, or std::bad_alloc.
std::unique_ptr<engine> make_engine(const loop_options& options);

} // namespace weft
