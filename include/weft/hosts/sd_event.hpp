// SPDX-License-Identifier: MIT
// Runs an event loop as a guest of sd-event, systemd's event loop. Does not include its header.
#pragma once

#include <weft/loop/runner.hpp>

struct sd_event;

namespace weft {

/// Returns the host operations of sd-event, for one attachment, which holds a reference to `host`.
[[nodiscard]] host_ops sd_event_host(sd_event* host);

/// Attaches an event loop to an sd-event loop.
///
/// `sd_event_loop` runs until `sd_event_exit`, whether Weft has work or not. It cannot be run
/// inside one of its own callbacks, and therefore not inside Weft's handlers. When `detach`
/// returns, sd-event holds no resource of Weft. In a forked child the guest only releases its
/// resources.
class sd_event_guest : public guest {
public:
    /// Throws std::system_error with sd-event's error, or as `guest` does; `guest::create(loop,
    /// sd_event_host(host))` returns the error instead.
    sd_event_guest(event_loop& loop, sd_event* host, budget limit = guest_budget)
        : guest(loop, sd_event_host(host), limit) {}
};

/// Runs an event loop inside an sd-event loop that Weft creates.
class sd_event_runner : public runner {
public:
    /// Throws std::system_error with sd-event's error, or as `guest` does.
    explicit sd_event_runner(event_loop& loop, budget limit = guest_budget);

    /// Returns the sd-event loop, for the application's own sources. After `sd_event_exit`, `run`
    /// returns at once.
    [[nodiscard]] sd_event* host() const noexcept;
};

} // namespace weft
