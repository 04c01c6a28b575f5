// SPDX-License-Identifier: MIT
// Runs an event loop as a guest of uloop, the event loop of libubox (one per process). Does not
// include its header.
#pragma once

#include <weft/loop/runner.hpp>

namespace weft {

/// Returns the host operations of uloop, for one attachment. Attach after `uloop_init`.
/// `uloop_done` may be called before the attachment ends; then Weft gets no more turns.
[[nodiscard]] host_ops uloop_host();

/// Attaches an event loop to the process's uloop, on the thread that runs it.
///
/// Once the guest is destroyed, or `detach` has returned, uloop holds no descriptor of Weft.
class uloop_guest : public guest {
public:
    /// Throws std::system_error with the system error that uloop encountered (EBADF before
    /// `uloop_init`), or as `guest` does; `guest::create(loop, uloop_host())` returns the error
    /// instead.
    explicit uloop_guest(event_loop& loop, budget limit = guest_budget)
        : guest(loop, uloop_host(), limit) {}
};

/// Runs an event loop inside the process's uloop, for programs that do not use uloop otherwise.
///
/// Only one may exist at a time: it calls `uloop_init` and `uloop_done`. uloop thus handles those
/// of SIGINT, SIGTERM and SIGCHLD for which the program has no handler, and ignores SIGPIPE; SIGINT
/// and SIGTERM end `run`.
class uloop_runner : public runner {
public:
    /// Throws std::system_error if uloop cannot be initialized, or as `guest` does.
    explicit uloop_runner(event_loop& loop, budget limit = guest_budget);
};

} // namespace weft
