// SPDX-License-Identifier: MIT
// The entries of the system call table for io_uring(7). They use the calls' numbers, because the C
// library has no functions for them.
#pragma once

#include <linux/io_uring.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <cstdint>

#include "loop/posix/system_calls.hpp"

namespace weft::sys {

inline constexpr system_call<int(unsigned, io_uring_params*)> io_uring_setup{
    "io_uring_setup", [](unsigned entries, io_uring_params* parameters) {
        return static_cast<int>(::syscall(SYS_io_uring_setup, entries, parameters));
    }};
inline constexpr system_call<int(int, unsigned, unsigned, unsigned, const io_uring_getevents_arg*)>
    io_uring_enter{"io_uring_enter", [](int ring, unsigned submitted, unsigned awaited,
                                        unsigned flags, const io_uring_getevents_arg* limits) {
                       const std::size_t size = limits ? sizeof(*limits) : 0;
                       return static_cast<int>(::syscall(SYS_io_uring_enter, ring, submitted,
                                                         awaited, flags, limits, size));
                   }};
/// Maps a part of a ring. Returns its address, or -1 on an error.
inline constexpr system_call<std::intptr_t(std::size_t, int, off_t)> map_ring{
    "map_ring", [](std::size_t size, int ring, off_t part) {
        return reinterpret_cast<std::intptr_t>(::mmap(
            nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, part));
    }};

// Not replaceable by tests: it only frees memory.
inline void unmap_ring(void* part, std::size_t size) noexcept {
    ::munmap(part, size);
}

} // namespace weft::sys
