// SPDX-License-Identifier: MIT
// A random_source over std::random_device, for drivers without a faster source of their own.
#pragma once

#include <memory>

#include <weft/core/random_source.hpp>

namespace weft {

/// Reads `std::random_device`, which on Linux uses the processor or getrandom(2).
class device_random final : public random_source {
public:
    device_random();
    ~device_random() override;

    void fill(std::span<std::byte> bytes) noexcept override;

private:
    struct device; // <random> takes long to compile

    std::unique_ptr<device> device_;
};

} // namespace weft
