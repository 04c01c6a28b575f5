// SPDX-License-Identifier: MIT
// A pseudo-random generator for tests: the same seed gives the same numbers on every system.
#pragma once

#include <cstdint>

#include <weft/core/random_source.hpp>
#include <weft/core/time.hpp>

namespace weft::testing {

/// A seeded random source for tests. Predictable: do not use it for masking keys outside of tests.
class dice final : public random_source {
public:
    explicit dice(std::uint64_t seed) noexcept : state_(seed) {}

    [[nodiscard]] std::uint64_t next() noexcept;

    /// Returns a number below `limit`; 0 if `limit` is 0.
    [[nodiscard]] std::size_t below(std::size_t limit) noexcept;

    /// Returns a number or a duration from `low` to `high`, both included.
    [[nodiscard]] std::size_t between(std::size_t low, std::size_t high) noexcept;
    [[nodiscard]] duration between(duration low, duration high) noexcept;

    /// Returns true with a probability of 1 in `count`; never for 0.
    [[nodiscard]] bool one_in(std::size_t count) noexcept;

    void fill(std::span<std::byte> bytes) noexcept override;

private:
    std::uint64_t state_;
};

} // namespace weft::testing
