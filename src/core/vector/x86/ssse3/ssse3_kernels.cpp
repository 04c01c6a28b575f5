// SPDX-License-Identifier: MIT
// The kernels for SSSE3: vectors of 16 bytes.
#include <tmmintrin.h>

#include "core/vector/mask_vectors.hpp"
#include "core/vector/utf8_vectors.hpp"
#include "core/vector/x86/x86_kernels.hpp"

namespace weft {
namespace {

struct ssse3_octets {
    static constexpr std::size_t size = 16;
    __m128i value;

    static ssse3_octets load(const void* from) noexcept {
        return {_mm_loadu_si128(static_cast<const __m128i*>(from))};
    }
    static ssse3_octets filled(int byte) noexcept {
        return {_mm_set1_epi8(static_cast<char>(byte))};
    }
    static ssse3_octets repeat(std::uint32_t word) noexcept {
        return {_mm_set1_epi32(static_cast<int>(word))};
    }
    void store(void* to) const noexcept { _mm_storeu_si128(static_cast<__m128i*>(to), value); }

    ssse3_octets operator^(ssse3_octets other) const noexcept {
        return {_mm_xor_si128(value, other.value)};
    }
    ssse3_octets operator&(ssse3_octets other) const noexcept {
        return {_mm_and_si128(value, other.value)};
    }
    ssse3_octets operator|(ssse3_octets other) const noexcept {
        return {_mm_or_si128(value, other.value)};
    }
    /// Subtracts; what would be below zero is zero.
    ssse3_octets minus(ssse3_octets other) const noexcept {
        return {_mm_subs_epu8(value, other.value)};
    }
    ssse3_octets low_half() const noexcept { return *this & filled(0x0F); }
    ssse3_octets high_half() const noexcept {
        return ssse3_octets{_mm_srli_epi16(value, 4)} & filled(0x0F);
    }
    ssse3_octets lookup(const unsigned char (&table)[16]) const noexcept {
        return {_mm_shuffle_epi8(_mm_load_si128(reinterpret_cast<const __m128i*>(table)), value)};
    }
    /// Returns the bytes `Count` positions earlier; the first ones are the last of `before`.
    template <int Count>
    ssse3_octets moved(ssse3_octets before) const noexcept {
        return {_mm_alignr_epi8(value, before.value, 16 - Count)};
    }
    bool is_ascii() const noexcept { return _mm_movemask_epi8(value) == 0; }
    bool is_zero() const noexcept {
        return _mm_movemask_epi8(_mm_cmpeq_epi8(value, _mm_setzero_si128())) == 0xFFFF;
    }
};

} // namespace

constinit const vector_kernels ssse3_kernels{"SSSE3", &portable_kernels, mask_vectors<ssse3_octets>,
                                             is_utf8_by_vectors<ssse3_octets>};

} // namespace weft
