// SPDX-License-Identifier: MIT
// Runs an event loop as a guest of libev. Does not include libev's header.
#pragma once

#include <weft/loop/runner.hpp>

struct ev_loop;

namespace weft {

/// Returns the host operations of libev, for one attachment. `host` may be destroyed first.
[[nodiscard]] host_ops ev_host(struct ev_loop* host);

/// Attaches an event loop to a libev loop.
///
/// `ev_run` lasts while Weft has work. Once the guest is destroyed, or `detach` has returned, Weft
/// has no watcher and no reference in the libev loop. After `ev_loop_destroy`, Weft gets no more
/// turns.
class ev_guest : public guest {
public:
    /// Throws std::system_error as `guest` does; libev reports no errors.
    /// `guest::create(loop, ev_host(host))` returns the error instead.
    ev_guest(event_loop& loop, struct ev_loop* host, budget limit = guest_budget)
        : guest(loop, ev_host(host), limit) {}
};

/// Runs an event loop inside a libev loop that Weft creates; never libev's default loop, which
/// handles SIGCHLD.
class ev_runner : public runner {
public:
    /// Throws std::system_error if the libev loop cannot be created, or as `guest` does.
    explicit ev_runner(event_loop& loop, budget limit = guest_budget);

    /// Returns the libev loop, for the application's own watchers, which must be stopped before the
    /// runner is destroyed.
    [[nodiscard]] struct ev_loop* host() const noexcept;
};

} // namespace weft
