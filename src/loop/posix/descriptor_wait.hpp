// SPDX-License-Identifier: MIT
// A thread's wait for one descriptor, which another thread can end. POSIX.
#pragma once

#include <signal.h>

#include <system_error>

#include "loop/posix/descriptor.hpp"

namespace weft {

class descriptor_wait {
public:
    /// What the system says if there can be no wait.
    std::error_code open() noexcept;

    /// True when `descriptor` is readable, false from `end` on.
    [[nodiscard]] bool readable(int descriptor) const noexcept;

    /// On any thread, once.
    void end() noexcept { end_.reset(); }

private:
    owned_descriptor ended_; // readable when `end_` is closed
    owned_descriptor end_;
};

/// While it lives this thread, and what threads it begins, take no signals.
class signals_blocked {
public:
    signals_blocked() noexcept;
    ~signals_blocked();
    signals_blocked(const signals_blocked&) = delete;
    signals_blocked& operator=(const signals_blocked&) = delete;

private:
    sigset_t before_;
};

} // namespace weft
