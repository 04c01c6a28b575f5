// SPDX-License-Identifier: MIT
// clock_gettime(2), which std::chrono::steady_clock reads, as this program has it.
#include "faults/moved_clock.hpp"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>

namespace weft::testing {
namespace {

std::atomic<std::int64_t> moved_by{0};

} // namespace

void move_clock(duration by) noexcept {
    moved_by += std::chrono::nanoseconds(by).count();
}

} // namespace weft::testing

/// Stands before the C library's, which the dynamic linker would have found otherwise.
extern "C" int clock_gettime(clockid_t which, timespec* time) noexcept {
    const auto outcome = static_cast<int>(::syscall(SYS_clock_gettime, which, time));
    if (outcome == 0 && which == CLOCK_MONOTONIC) {
        constexpr std::int64_t second = 1'000'000'000;
        const std::int64_t sum = time->tv_nsec + weft::testing::moved_by;
        time->tv_sec += sum / second;
        time->tv_nsec = sum % second;
    }
    return outcome;
}
