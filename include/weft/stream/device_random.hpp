// SPDX-License-Identifier: MIT
// Unpredictable bytes from std::random_device, where no event loop brings a faster source.
#pragma once

#include <random>

#include <weft/core/random_source.hpp>

namespace weft {

/// Draws from `std::random_device`, which on Linux is the processor or getrandom(2).
class device_random final : public random_source {
public:
    void fill(std::span<std::byte> bytes) noexcept override;

private:
    std::random_device device_;
};

} // namespace weft
