// SPDX-License-Identifier: MIT
//
// What a process has cost so far, as the kernel counts it. Knows nothing of what it does.

#pragma once

#include <sys/types.h>

#include <cstdint>

namespace weft::load {

/// CPU time of all threads, user and system, in seconds; `pid` 0 is the caller.
double cpu_seconds(pid_t pid);

/// Anonymous memory that is resident: heap, stacks, private buffers. Kernel memory is not in it.
std::int64_t user_memory(pid_t pid);

}  // namespace weft::load
