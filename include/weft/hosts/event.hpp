// SPDX-License-Identifier: MIT
// libevent as a host. Its header is not needed here.
#pragma once

#include <weft/loop/runner.hpp>

struct event_base;

namespace weft {

/// What libevent does for a guest, for one stay. `host` outlives it: libevent tells nobody of
/// `event_base_free`.
[[nodiscard]] host_ops event_host(event_base* host);

/// An event loop's stay in a libevent base.
///
/// `event_base_dispatch` goes on for as long as Weft has work. When this is destroyed, or `detach`
/// returns, the base has no event of ours. The application may `event_del` the event that it finds
/// in the base; Weft gets no turns from then on.
class event_guest : public guest {
public:
    /// Throws std::system_error with what the system told libevent, or as `guest` does;
    /// `guest::create(loop, event_host(host))` returns the error instead.
    event_guest(event_loop& loop, event_base* host, budget limit = guest_budget)
        : guest(loop, event_host(host), limit) {}
};

/// A libevent base of our own with an event loop in it.
class event_runner : public runner {
public:
    /// Throws std::system_error if there can be no base, or as `guest` does.
    explicit event_runner(event_loop& loop, budget limit = guest_budget);

    /// For events of the application's own, which are deleted before this is destroyed.
    [[nodiscard]] event_base* host() const noexcept;
};

} // namespace weft
