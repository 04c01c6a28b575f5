// SPDX-License-Identifier: MIT
// The interface through which the conformance kit drives a host: implement it to check your host.
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

    /// Returns the host's operations for one guest attachment; several may exist at the same time.
    [[nodiscard]] virtual host_ops ops() = 0;

    /// Waits until something is ready, for at most `at_most`, and calls its handlers. May be called
    /// in one of the host's callbacks, if `nests`.
    virtual void turn(duration at_most) = 0;

    /// Calls `rings` once after `delay`, using a timer of the host.
    virtual void call_after(duration delay, function<void()> rings) = 0;

    /// Returns true if the host can be run inside its own callbacks.
    [[nodiscard]] virtual bool nests() const { return true; }

    /// Returns true if `run` returns when the host has nothing left to do. The kit then also checks
    /// that `run` lasts while Weft has work, and no longer.
    [[nodiscard]] virtual bool ends_by_itself() const { return false; }

    /// Runs the host until `quit`, or until it has nothing left to do. Only called if
    /// `ends_by_itself`.
    virtual void run() {}

    /// Stops the host's `run`; called in one of the host's callbacks.
    virtual void quit() {}
};

using host_factory = std::function<std::unique_ptr<host_under_test>()>;

} // namespace weft::testing
