// SPDX-License-Identifier: MIT
// Runs a part of a test in a forked child.
#pragma once

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <new>
#include <optional>

namespace weft::testing {

/// Runs `work` in a child. Returns the number that `work` returned there, or -1 if the child did
/// not get to its end.
///
/// The number comes back in shared memory: an exit status can be a sanitizer's as well, whose
/// report ends a process with 1.
template <class Work>
int in_child(Work&& work) {
    using answer = std::optional<int>;
    void* const shared = ::mmap(nullptr, sizeof(answer), PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) return -1;
    auto* const returned = new (shared) answer();
    const pid_t child = ::fork();
    if (child == 0) {
        *returned = [&]() noexcept -> int { return work(); }();
        ::_exit(0);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    const bool ended = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    const int number = ended ? returned->value_or(-1) : -1;
    ::munmap(shared, sizeof(answer));
    return number;
}

} // namespace weft::testing
