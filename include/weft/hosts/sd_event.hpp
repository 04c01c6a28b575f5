// SPDX-License-Identifier: MIT
// sd-event, the loop of systemd's library, as a host. Its header is not needed here.
#pragma once

#include <weft/loop/runner.hpp>

struct sd_event;

namespace weft {

/// What sd-event does for a guest, for one stay, which holds a reference to `host`.
[[nodiscard]] host_ops sd_event_host(sd_event* host);

/// An event loop's stay in an sd-event loop.
///
/// `sd_event_loop` runs until `sd_event_exit`, whether Weft has work or not. It cannot be run in
/// one of its own callbacks, which Weft's handlers are. When `detach` returns, sd-event holds
/// nothing of Weft's. In a forked child it only lets go.
class sd_event_guest : public guest {
public:
    /// Throws std::system_error with what sd-event says, or as `guest` does;
    /// `guest::create(loop, sd_event_host(host))` returns the error instead.
    sd_event_guest(event_loop& loop, sd_event* host, budget limit = guest_budget)
        : guest(loop, sd_event_host(host), limit) {}
};

/// An sd-event loop of our own with an event loop in it.
class sd_event_runner : public runner {
public:
    /// Throws std::system_error with what sd-event says, or as `guest` does.
    explicit sd_event_runner(event_loop& loop, budget limit = guest_budget);

    /// For sources of the application's own. After `sd_event_exit` `run` returns at once.
    [[nodiscard]] sd_event* host() const noexcept;
};

} // namespace weft
