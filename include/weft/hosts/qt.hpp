// SPDX-License-Identifier: MIT
// Qt as a host. Its headers are not needed here.
#pragma once

#include <weft/loop/runner.hpp>

namespace weft {

/// What Qt does for a guest, for one stay: in whatever event loop the calling thread runs.
[[nodiscard]] host_ops qt_host();

/// An event loop's stay in the event loop of a Qt thread: the one that makes it.
///
/// It is made on a thread that has an event dispatcher: after the QCoreApplication on the main
/// thread, in `run` on a QThread. Qt's `exec` lasts until it is told to quit, whether Weft has work
/// or not; in a nested QEventLoop Weft is served as well. When `detach` returns, Qt holds nothing
/// of Weft's.
class qt_guest : public guest {
public:
    /// Throws std::system_error with std::errc::not_connected when the thread has no event
    /// dispatcher, or as `guest` does; `guest::create(loop, qt_host())` returns the error instead.
    explicit qt_guest(event_loop& loop, budget limit = guest_budget)
        : guest(loop, qt_host(), limit) {}
};

/// A Qt event loop of our own with an event loop in it, on this thread; with an application object
/// of our own where there is none.
class qt_runner : public runner {
public:
    /// Throws as `qt_guest` does.
    explicit qt_runner(event_loop& loop, budget limit = guest_budget);
};

} // namespace weft
