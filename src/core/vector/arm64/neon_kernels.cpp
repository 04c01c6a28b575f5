// SPDX-License-Identifier: MIT
// The kernels for NEON: vectors of 16 bytes. Every 64-bit ARM processor has it.
#include <arm_neon.h>

#include "core/vector/kernels.hpp"
#include "core/vector/mask_vectors.hpp"
#include "core/vector/utf8_vectors.hpp"

namespace weft {
namespace {

struct neon_octets {
    static constexpr std::size_t size = 16;
    uint8x16_t value;

    static neon_octets load(const void* from) noexcept {
        return {vld1q_u8(static_cast<const std::uint8_t*>(from))};
    }
    static neon_octets filled(int byte) noexcept {
        return {vdupq_n_u8(static_cast<std::uint8_t>(byte))};
    }
    static neon_octets repeat(std::uint32_t word) noexcept {
        return {vreinterpretq_u8_u32(vdupq_n_u32(word))};
    }
    void store(void* to) const noexcept { vst1q_u8(static_cast<std::uint8_t*>(to), value); }

    neon_octets operator^(neon_octets other) const noexcept {
        return {veorq_u8(value, other.value)};
    }
    neon_octets operator&(neon_octets other) const noexcept {
        return {vandq_u8(value, other.value)};
    }
    neon_octets operator|(neon_octets other) const noexcept {
        return {vorrq_u8(value, other.value)};
    }
    /// Subtracts; what would be below zero is zero.
    neon_octets minus(neon_octets other) const noexcept { return {vqsubq_u8(value, other.value)}; }
    neon_octets low_half() const noexcept { return *this & filled(0x0F); }
    neon_octets high_half() const noexcept { return {vshrq_n_u8(value, 4)}; }
    neon_octets lookup(const unsigned char (&table)[16]) const noexcept {
        return {vqtbl1q_u8(vld1q_u8(table), value)};
    }
    /// Returns the bytes `Count` positions earlier; the first ones are the last of `before`.
    template <int Count>
    neon_octets moved(neon_octets before) const noexcept {
        return {vextq_u8(before.value, value, 16 - Count)};
    }
    bool is_ascii() const noexcept { return vmaxvq_u8(value) < 0x80; }
    bool is_zero() const noexcept { return vmaxvq_u8(value) == 0; }
};

constexpr vector_kernels neon_kernels{"NEON", &portable_kernels, mask_vectors<neon_octets>,
                                      is_utf8_by_vectors<neon_octets>};

} // namespace

const vector_kernels& find_kernels() noexcept {
    return neon_kernels;
}

} // namespace weft
