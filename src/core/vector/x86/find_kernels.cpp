// SPDX-License-Identifier: MIT
// Asks an x86 processor, and the system, which instructions may be used.
#include "core/vector/x86/x86_kernels.hpp"

namespace weft {

const vector_kernels& find_kernels() noexcept {
    __builtin_cpu_init(); // a constructor of a static object may be the caller
    if (__builtin_cpu_supports("avx2")) return avx2_kernels;
    if (__builtin_cpu_supports("ssse3")) return ssse3_kernels;
    return portable_kernels;
}

} // namespace weft
