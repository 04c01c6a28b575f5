// SPDX-License-Identifier: MIT
// The interface of a source of random bytes, for masking keys and nonces. Sessions receive it as an
// argument, so that tests can replay a run exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <weft/core/time.hpp>

namespace weft {

/// Generates unpredictable bytes. RFC 6455 §5.3 and §10.3 explain why they must be unpredictable.
/// Must be thread-safe if loops on several threads share it.
class random_source {
public:
    virtual ~random_source() = default;
    virtual void fill(std::span<std::byte> bytes) noexcept = 0;
};

/// Returns a random duration from zero to `most`: the jitter that keeps many clients from acting at
/// the same moment.
[[nodiscard]] inline duration random_delay(random_source& random, duration most) noexcept {
    std::uint64_t bits = 0;
    random.fill(std::as_writable_bytes(std::span(&bits, 1)));
    const double part = static_cast<double>(bits >> 11) * 0x1p-53; // 53 bits, below 1
    return fraction_of(most, part);
}

} // namespace weft
