// SPDX-License-Identifier: MIT
// Signal handlers that only count the signals and wake the loops.
#include "weft/stop_signals.hpp"

#include <atomic>
#include <cerrno>

namespace weft_tool {
namespace {

std::atomic<weft::event_loop*> woken{nullptr};
std::atomic<std::size_t> how_many{0};
std::atomic<int> seen{0};
static_assert(std::atomic<weft::event_loop*>::is_always_lock_free);
static_assert(std::atomic<std::size_t>::is_always_lock_free);
static_assert(std::atomic<int>::is_always_lock_free);

void on_signal(int /*number*/) {
    const int kept = errno;
    ++seen;
    if (weft::event_loop* loops = woken) {
        for (std::size_t i = 0; i < how_many; ++i) loops[i].wake();
    }
    errno = kept;
}

} // namespace

/// Without SA_RESTART, so that Ctrl-C interrupts a blocked write to a terminal.
stop_signals::stop_signals(std::span<weft::event_loop> loops) {
    seen = 0;
    how_many = loops.size();
    woken = loops.data();
    struct sigaction caught {};
    caught.sa_handler = on_signal;
    sigemptyset(&caught.sa_mask);
    ::sigaction(SIGINT, &caught, &interrupt_);
    ::sigaction(SIGTERM, &caught, &terminate_);
    struct sigaction ignored {};
    ignored.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignored, &pipe_);
}

stop_signals::~stop_signals() {
    ::sigaction(SIGINT, &interrupt_, nullptr);
    ::sigaction(SIGTERM, &terminate_, nullptr);
    ::sigaction(SIGPIPE, &pipe_, nullptr);
    woken = nullptr;
}

int stop_signals::count() noexcept {
    return seen;
}

} // namespace weft_tool
