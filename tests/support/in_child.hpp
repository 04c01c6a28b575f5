// SPDX-License-Identifier: MIT
// Part of a test in a forked child.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

namespace weft::testing {

/// Runs `work` in a child; the number that it returned there, or -1 if the child did not get to its
/// end.
template <class Work>
int in_child(Work&& work) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit([&]() noexcept -> int { return work(); }());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace weft::testing
