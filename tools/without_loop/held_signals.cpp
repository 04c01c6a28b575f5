// SPDX-License-Identifier: MIT
// Signal handlers that only count the signals.
#include "without_loop/held_signals.hpp"

namespace weft_tool {
namespace {

volatile sig_atomic_t seen = 0;

void on_signal(int /*number*/) {
    seen = seen + 1;
}

} // namespace

held_signals::held_signals() {
    seen = 0;
    struct sigaction ignored {};
    ignored.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignored, &pipe_);
    struct sigaction counted {};
    counted.sa_handler = on_signal;
    sigemptyset(&counted.sa_mask);
    sigaddset(&counted.sa_mask, SIGINT);
    sigaddset(&counted.sa_mask, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &counted.sa_mask, &before_);
    ::sigaction(SIGINT, &counted, &interrupt_);
    ::sigaction(SIGTERM, &counted, &terminate_);
}

held_signals::~held_signals() {
    ::sigaction(SIGINT, &interrupt_, nullptr);
    ::sigaction(SIGTERM, &terminate_, nullptr);
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
    ::sigaction(SIGPIPE, &pipe_, nullptr);
}

int held_signals::count() noexcept {
    return static_cast<int>(seen);
}

} // namespace weft_tool
