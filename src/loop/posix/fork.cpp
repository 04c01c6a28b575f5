// SPDX-License-Identifier: MIT
// A counter that fork(2) itself moves on.
#include "loop/posix/fork.hpp"

#include <pthread.h>

#include <atomic>

namespace weft {
namespace {

std::atomic<unsigned> generation{0};

void in_child() noexcept {
    generation.fetch_add(1, std::memory_order_relaxed);
}

} // namespace

unsigned fork_generation() noexcept {
    static const int registered = ::pthread_atfork(nullptr, nullptr, in_child);
    static_cast<void>(registered);
    return generation.load(std::memory_order_relaxed);
}

} // namespace weft
