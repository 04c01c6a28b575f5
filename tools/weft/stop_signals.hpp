// SPDX-License-Identifier: MIT
// Ctrl-C and SIGTERM for the owner of loops; the loops themselves touch no signals.
#pragma once

#include <signal.h>

#include <span>

#include <weft/loop/event_loop.hpp>

namespace weft_tool {

/// While it lives, SIGINT and SIGTERM are counted and wake the loops, so that their `interrupt`
/// handlers are called, and SIGPIPE is ignored. Only one may exist at a time.
class stop_signals {
public:
    explicit stop_signals(std::span<weft::event_loop> loops);
    explicit stop_signals(weft::event_loop& loop) : stop_signals(std::span(&loop, 1)) {}
    stop_signals(const stop_signals&) = delete;
    stop_signals& operator=(const stop_signals&) = delete;
    ~stop_signals();

    /// The number of signals received.
    [[nodiscard]] static int count() noexcept;

private:
    struct sigaction interrupt_ {};
    struct sigaction terminate_ {};
    struct sigaction pipe_ {};
};

} // namespace weft_tool
