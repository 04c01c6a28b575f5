// SPDX-License-Identifier: MIT
// GLib as a host. Its headers are not needed here.
#pragma once

#include <weft/loop/runner.hpp>

struct _GMainContext; // GMainContext

namespace weft {

/// What GLib does for a guest, for one stay. Null is the default context. The application may let
/// go of `host`, or destroy the source, first; Weft gets no turns from then on.
[[nodiscard]] host_ops glib_host(_GMainContext* host);

/// An event loop's stay in a GLib main context, which need not be the default one.
///
/// Weft belongs to the thread that iterates the context. A GMainLoop runs until it is told to quit,
/// whether Weft has work or not. When `detach` returns the context holds nothing of Weft's.
class glib_guest : public guest {
public:
    /// Throws std::system_error as `guest` does.
    glib_guest(event_loop& loop, _GMainContext* host, budget limit = guest_budget)
        : guest(loop, glib_host(host), limit) {}
};

/// A main context and a main loop of our own with an event loop in it.
class glib_runner : public runner {
public:
    /// Throws std::system_error as `guest` does.
    explicit glib_runner(event_loop& loop, budget limit = guest_budget);

    /// For sources of the application's own. While `run` lasts it is the thread's default context.
    [[nodiscard]] _GMainContext* host() const noexcept;
};

} // namespace weft
