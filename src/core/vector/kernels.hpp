// SPDX-License-Identifier: MIT
// The functions that touch every byte of a payload, in one version for each instruction set. Which
// version the processor runs best is found out once, at the first use.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace weft {

struct vector_kernels {
    const char* name;

    /// Another version that this processor can run too, or null.
    const vector_kernels* slower;

    /// Masks `size` bytes; the first byte of `key` in memory belongs to `from[0]`. `from` and `to`
    /// are equal or do not overlap.
    void (*mask)(const std::byte* from, std::byte* to, std::size_t size,
                 std::uint32_t key) noexcept;

    /// Returns whether `text` is valid UTF-8 and ends with a whole character.
    bool (*is_utf8)(const std::byte* text, std::size_t size) noexcept;
};

extern const vector_kernels portable_kernels;

/// Returns the best version for this processor. Defined once for each family of processors.
const vector_kernels& find_kernels() noexcept;

/// The best version. Before the first use: functions that call `find_kernels`. Initialised at
/// compile time, so constructors of static objects may use it.
extern std::atomic<const vector_kernels*> best_kernels;

/// From this size on, a call through a pointer costs less than vectors gain.
inline constexpr std::size_t vectors_gain_from = 64;

[[nodiscard]] inline const vector_kernels& kernels() noexcept {
    return *best_kernels.load(std::memory_order_relaxed); // what it points to is constant
}

} // namespace weft
