// SPDX-License-Identifier: MIT
// Ctrl-C and SIGTERM for a program that waits by itself: no signal comes but while it waits, so
// none is missed between a look at the count and the wait.
#pragma once

#include <signal.h>

namespace weft_tool {

/// While it lives, SIGINT and SIGTERM are counted, SIGPIPE is ignored, and the first two are held
/// back except under `while_waiting`. One at a time.
class held_signals {
public:
    held_signals();
    held_signals(const held_signals&) = delete;
    held_signals& operator=(const held_signals&) = delete;
    ~held_signals();

    /// The mask to wait with.
    [[nodiscard]] const sigset_t& while_waiting() const noexcept { return before_; }

    /// How many have come.
    [[nodiscard]] static int count() noexcept;

private:
    sigset_t before_{};
    struct sigaction interrupt_ {};
    struct sigaction terminate_ {};
    struct sigaction pipe_ {};
};

} // namespace weft_tool
