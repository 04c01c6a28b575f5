// SPDX-License-Identifier: MIT
// uloop, libubox's loop, as a host: there is one in a process. Its header is not needed here.
#pragma once

#include <weft/loop/runner.hpp>

namespace weft {

/// What uloop does for a guest, for one stay, which begins after `uloop_init`. `uloop_done` may
/// come before its end; Weft gets no turns from then on.
[[nodiscard]] host_ops uloop_host();

/// An event loop's stay in the process's uloop, on the thread that runs it.
///
/// When this is destroyed, or `detach` returns, uloop has no descriptor of ours.
class uloop_guest : public guest {
public:
    /// Throws std::system_error with what the system told uloop (EBADF before `uloop_init`), or as
    /// `guest` does; `guest::create(loop, uloop_host())` returns the error instead.
    explicit uloop_guest(event_loop& loop, budget limit = guest_budget)
        : guest(loop, uloop_host(), limit) {}
};

/// The process's uloop with an event loop in it, for programs that do not use it otherwise.
///
/// One at a time: it calls `uloop_init` and `uloop_done`. As that does, it handles SIGINT, SIGTERM
/// and SIGCHLD where nobody else does, and ignores SIGPIPE; the first two end `run`.
class uloop_runner : public runner {
public:
    /// Throws std::system_error if uloop cannot begin, or as `guest` does.
    explicit uloop_runner(event_loop& loop, budget limit = guest_budget);
};

} // namespace weft
