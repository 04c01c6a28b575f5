// SPDX-License-Identifier: MIT
// Ctrl-C and SIGTERM for a program without an event loop: signals are delivered only while it
// waits, so none is missed between checking the count and waiting.
#pragma once

#include <signal.h>

namespace weft_tool {

/// While it exists, SIGINT and SIGTERM are counted, and blocked except during a wait with the mask
/// `while_waiting`; SIGPIPE is ignored. Only one may exist at a time.
class held_signals {
public:
    held_signals();
    held_signals(const held_signals&) = delete;
    held_signals& operator=(const held_signals&) = delete;
    ~held_signals();

    /// The mask to wait with.
    [[nodiscard]] const sigset_t& while_waiting() const noexcept { return before_; }

    /// The number of signals received.
    [[nodiscard]] static int count() noexcept;

private:
    sigset_t before_{};
    struct sigaction interrupt_ {};
    struct sigaction terminate_ {};
    struct sigaction pipe_ {};
};

} // namespace weft_tool
