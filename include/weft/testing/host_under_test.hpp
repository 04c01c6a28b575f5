// SPDX-License-Identifier: MIT
// A host loop as the conformance kit sees it: what you write to have your host checked.
#pragma once

#include <functional>
#include <memory>

#include <weft/loop/guest.hpp>

namespace weft::testing {

/// A host loop, made for one check. All calls come from one thread.
class host_under_test {
public:
    host_under_test() = default;
    host_under_test(const host_under_test&) = delete;
    host_under_test& operator=(const host_under_test&) = delete;
    virtual ~host_under_test() = default;

    /// What the host does for a guest, for one stay; several may last at the same time.
    [[nodiscard]] virtual host_ops ops() = 0;

    /// Waits until something is ready, at most for so long, and calls what it concerns. May be
    /// called in a callback of the host's, if `nests`.
    virtual void turn(duration at_most) = 0;

    /// Calls `rings` once after `delay`, by a timer of the host's own.
    virtual void call_after(duration delay, function<void()> rings) = 0;

    /// Whether the host can be run inside its own callbacks.
    [[nodiscard]] virtual bool nests() const { return true; }

    /// Whether `run` returns when the host has nothing left to do. It is then checked that Weft's
    /// work, and nothing else of Weft's, keeps it running.
    [[nodiscard]] virtual bool ends_by_itself() const { return false; }

    /// The host's own run, until `quit`, or for lack of work. Only called if it `ends_by_itself`.
    virtual void run() {}

    /// Breaks the host's run; called in one of its callbacks.
    virtual void quit() {}
};

using host_factory = std::function<std::unique_ptr<host_under_test>()>;

} // namespace weft::testing
