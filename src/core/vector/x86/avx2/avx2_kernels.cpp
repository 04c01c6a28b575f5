// SPDX-License-Identifier: MIT
// The kernels for AVX2: vectors of 32 bytes.
#include <immintrin.h>

#include "core/vector/mask_vectors.hpp"
#include "core/vector/utf8_vectors.hpp"
#include "core/vector/x86/x86_kernels.hpp"

namespace weft {
namespace {

struct avx2_octets {
    static constexpr std::size_t size = 32;
    __m256i value;

    static avx2_octets load(const void* from) noexcept {
        return {_mm256_loadu_si256(static_cast<const __m256i*>(from))};
    }
    static avx2_octets filled(int byte) noexcept {
        return {_mm256_set1_epi8(static_cast<char>(byte))};
    }
    static avx2_octets repeat(std::uint32_t word) noexcept {
        return {_mm256_set1_epi32(static_cast<int>(word))};
    }
    void store(void* to) const noexcept { _mm256_storeu_si256(static_cast<__m256i*>(to), value); }

    avx2_octets operator^(avx2_octets other) const noexcept {
        return {_mm256_xor_si256(value, other.value)};
    }
    avx2_octets operator&(avx2_octets other) const noexcept {
        return {_mm256_and_si256(value, other.value)};
    }
    avx2_octets operator|(avx2_octets other) const noexcept {
        return {_mm256_or_si256(value, other.value)};
    }
    /// Subtracts; what would be below zero is zero.
    avx2_octets minus(avx2_octets other) const noexcept {
        return {_mm256_subs_epu8(value, other.value)};
    }
    avx2_octets low_half() const noexcept { return *this & filled(0x0F); }
    avx2_octets high_half() const noexcept {
        return avx2_octets{_mm256_srli_epi16(value, 4)} & filled(0x0F);
    }
    avx2_octets lookup(const unsigned char (&table)[16]) const noexcept {
        const __m128i one = _mm_load_si128(reinterpret_cast<const __m128i*>(table));
        return {_mm256_shuffle_epi8(_mm256_broadcastsi128_si256(one), value)};
    }
    /// Returns the bytes `Count` positions earlier; the first ones are the last of `before`.
    template <int Count>
    avx2_octets moved(avx2_octets before) const noexcept {
        const __m256i middle = _mm256_permute2x128_si256(before.value, value, 0x21);
        return {_mm256_alignr_epi8(value, middle, 16 - Count)};
    }
    bool is_ascii() const noexcept { return _mm256_movemask_epi8(value) == 0; }
    bool is_zero() const noexcept { return _mm256_testz_si256(value, value) != 0; }
};

} // namespace

constinit const vector_kernels avx2_kernels{"AVX2", &ssse3_kernels, mask_vectors<avx2_octets>,
                                            is_utf8_by_vectors<avx2_octets>};

} // namespace weft
