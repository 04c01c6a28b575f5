// SPDX-License-Identifier: MIT
// Runs an event loop as a guest of Qt. Does not include Qt's headers.
#pragma once

#include <weft/loop/runner.hpp>

namespace weft {

/// Returns the host operations of Qt, for one attachment to the event dispatcher of the calling
/// thread.
[[nodiscard]] host_ops qt_host();

/// Attaches an event loop to the Qt event loop of the thread that creates the guest.
///
/// The thread must have an event dispatcher: on the main thread, create the guest after the
/// QCoreApplication; on a QThread, inside `run`. Qt's `exec` lasts until the application quits it,
/// whether Weft has work or not; Weft also gets turns in a nested QEventLoop. When `detach`
/// returns, Qt holds no resource of Weft.
class qt_guest : public guest {
public:
    /// Throws std::system_error with std::errc::not_connected when the thread has no event
    /// dispatcher, or as `guest` does; `guest::create(loop, qt_host())` returns the error instead.
    explicit qt_guest(event_loop& loop, budget limit = guest_budget)
        : guest(loop, qt_host(), limit) {}
};

/// Runs an event loop inside a Qt event loop that Weft creates on this thread. Creates an
/// application object if there is none.
class qt_runner : public runner {
public:
    /// Throws as `qt_guest` does.
    explicit qt_runner(event_loop& loop, budget limit = guest_budget);
};

} // namespace weft
