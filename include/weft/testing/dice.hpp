// SPDX-License-Identifier: MIT
// Numbers that look random and are the same for the same seed, on every system.
#pragma once

#include <cstdint>

#include <weft/core/random_source.hpp>
#include <weft/core/time.hpp>

namespace weft::testing {

/// A seeded source of chance for tests. Predictable: never for masking keys outside of them.
class dice final : public random_source {
public:
    explicit dice(std::uint64_t seed) noexcept : state_(seed) {}

    [[nodiscard]] std::uint64_t next() noexcept;

    /// A number below `limit`; 0 when there is none.
    [[nodiscard]] std::size_t below(std::size_t limit) noexcept;

    /// A number or a time from `low` to `high`, both included.
    [[nodiscard]] std::size_t between(std::size_t low, std::size_t high) noexcept;
    [[nodiscard]] duration between(duration low, duration high) noexcept;

    /// True once in `count` times; never for 0.
    [[nodiscard]] bool one_in(std::size_t count) noexcept;

    void fill(std::span<std::byte> bytes) noexcept override;

private:
    std::uint64_t state_;
};

} // namespace weft::testing
