// SPDX-License-Identifier: MIT
// Asks an x86 processor, and the system, which instructions may be used. Uses cpuid and xgetbv
// directly, because __builtin_cpu_supports needs a run-time library that some compilers lack.
#include <cpuid.h>

#include "core/vector/x86/x86_kernels.hpp"

namespace weft {
namespace {

/// What cpuid reports for one leaf; zeros if the processor does not have the leaf.
struct cpuid_answer {
    explicit cpuid_answer(unsigned leaf) noexcept {
        __get_cpuid_count(leaf, 0, &eax, &ebx, &ecx, &edx);
    }

    unsigned eax = 0;
    unsigned ebx = 0;
    unsigned ecx = 0;
    unsigned edx = 0;
};

/// Returns true if the system saves the 256-bit registers when it switches threads. Asks for
/// XCR0, which can be read only if `features` has OSXSAVE.
bool saves_wide_registers(const cpuid_answer& features) noexcept {
    if ((features.ecx & bit_OSXSAVE) == 0) return false;
    constexpr unsigned sse_and_avx = 0b110;
    unsigned low = 0;
    unsigned high = 0;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (low & sse_and_avx) == sse_and_avx;
}

} // namespace

const vector_kernels& find_kernels() noexcept {
    const cpuid_answer features(1);
    const cpuid_answer extended_features(7);
    if ((extended_features.ebx & bit_AVX2) != 0 && saves_wide_registers(features)) {
        return avx2_kernels;
    }
    if ((features.ecx & bit_SSSE3) != 0) return ssse3_kernels;
    return portable_kernels;
}

} // namespace weft
