// SPDX-License-Identifier: MIT
// libev as a host. Its header is not needed here.
#pragma once

#include <weft/loop/runner.hpp>

struct ev_loop;

namespace weft {

/// What libev does for a guest, for one stay. `host` may be destroyed first.
[[nodiscard]] host_ops ev_host(struct ev_loop* host);

/// An event loop's stay in a libev loop.
///
/// `ev_run` goes on for as long as Weft has work. When this is destroyed, or `detach` returns, the
/// loop has no watcher and no reference of ours. After `ev_loop_destroy` Weft gets no turns.
class ev_guest : public guest {
public:
    /// Throws std::system_error as `guest` does; libev reports no errors.
    /// `guest::create(loop, ev_host(host))` returns the error instead.
    ev_guest(event_loop& loop, struct ev_loop* host, budget limit = guest_budget)
        : guest(loop, ev_host(host), limit) {}
};

/// A libev loop of our own with an event loop in it; never libev's default loop, which handles
/// SIGCHLD.
class ev_runner : public runner {
public:
    /// Throws std::system_error if there can be no libev loop, or as `guest` does.
    explicit ev_runner(event_loop& loop, budget limit = guest_budget);

    /// For watchers of the application's own, which are stopped before this is destroyed.
    [[nodiscard]] struct ev_loop* host() const noexcept;
};

} // namespace weft
