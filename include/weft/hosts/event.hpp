// SPDX-License-Identifier: MIT
// Runs an event loop as a guest of libevent. Does not include libevent's header.
#pragma once

#include <weft/loop/runner.hpp>

struct event_base;

namespace weft {

/// Returns the host operations of libevent, for one attachment. `host` must outlive the attachment,
/// because libevent does not report `event_base_free`.
[[nodiscard]] host_ops event_host(event_base* host);

/// Attaches an event loop to a libevent base.
///
/// `event_base_dispatch` lasts while Weft has work. Once the guest is destroyed, or `detach` has
/// returned, Weft has no event in the base. The application may call `event_del` for Weft's event,
/// if it finds it in the base; then Weft gets no more turns.
class event_guest : public guest {
public:
    /// Throws std::system_error with the system error that libevent encountered, or as `guest`
    /// does; `guest::create(loop, event_host(host))` returns the error instead.
    event_guest(event_loop& loop, event_base* host, budget limit = guest_budget)
        : guest(loop, event_host(host), limit) {}
};

/// Runs an event loop inside a libevent base that Weft creates.
class event_runner : public runner {
public:
    /// Throws std::system_error if the base cannot be created, or as `guest` does.
    explicit event_runner(event_loop& loop, budget limit = guest_budget);

    /// Returns the base, for the application's own events, which must be deleted before the runner
    /// is destroyed.
    [[nodiscard]] event_base* host() const noexcept;
};

} // namespace weft
