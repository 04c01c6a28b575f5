// SPDX-License-Identifier: MIT
// Runs an event loop as a guest of GLib. Does not include GLib's headers.
#pragma once

#include <weft/loop/runner.hpp>

struct _GMainContext; // GMainContext

namespace weft {

/// Returns the host operations of GLib, for one attachment. A null `host` is the default context.
/// The application may release `host`, or destroy Weft's source, first; then Weft gets no more
/// turns.
[[nodiscard]] host_ops glib_host(_GMainContext* host);

/// Attaches an event loop to a GLib main context, which need not be the default one.
///
/// Weft belongs to the thread that iterates the context. A GMainLoop runs until the application
/// quits it, whether Weft has work or not. When `detach` returns, the context holds no resource of
/// Weft.
class glib_guest : public guest {
public:
    /// Throws std::system_error as `guest` does.
    glib_guest(event_loop& loop, _GMainContext* host, budget limit = guest_budget)
        : guest(loop, glib_host(host), limit) {}
};

/// Runs an event loop inside a main context and a main loop that Weft creates.
class glib_runner : public runner {
public:
    /// Throws std::system_error as `guest` does.
    explicit glib_runner(event_loop& loop, budget limit = guest_budget);

    /// Returns the context, for the application's own sources. It is the thread's default context
    /// during `run`.
    [[nodiscard]] _GMainContext* host() const noexcept;
};

} // namespace weft
