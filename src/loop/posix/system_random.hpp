// SPDX-License-Identifier: MIT
// Random bytes of the system, drawn 1 KiB at a time. POSIX.
#pragma once

#include <array>
#include <cstddef>

#include <weft/core/random_source.hpp>

namespace weft {

/// Draws bytes from the system; returns false if it has none. Each system's folder defines it.
[[nodiscard]] bool draw_random_bytes(std::span<std::byte> bytes) noexcept;

/// The system's random bytes, buffered, so that a frame's masking key costs no system call.
///
/// A forked child refills its buffer: parent and child never use the same bytes.
class system_random final : public random_source {
public:
    void fill(std::span<std::byte> bytes) noexcept override;

private:
    void refill() noexcept;

    std::array<std::byte, 1024> drawn_{};
    std::size_t used_ = sizeof(drawn_);
    unsigned fork_generation_ = 0;
};

} // namespace weft
