// SPDX-License-Identifier: MIT
//
// A histogram of durations with buckets at most 1/32 wide relative to their value, so that
// recording is two instructions and never allocates.

#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace weft::load {

class latencies {
public:
    void record(std::chrono::nanoseconds duration) {
        ++counts_[bucket(static_cast<std::uint64_t>(duration.count()))];
        ++total_;
    }

    /// The duration below which that part (0 to 1) of all recorded ones lies, in microseconds.
    double quantile_us(double part) const {
        auto left = static_cast<std::uint64_t>(part * static_cast<double>(total_));
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            if (left < counts_[i]) return static_cast<double>(lower_bound(i)) / 1000.0;
            left -= counts_[i];
        }
        return 0.0;
    }

private:
    static constexpr unsigned step_bits = 5;
    static constexpr std::uint64_t steps = 1U << step_bits;

    static std::size_t bucket(std::uint64_t value) {
        if (value < steps) return static_cast<std::size_t>(value);
        const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - step_bits - 1;
        return static_cast<std::size_t>(shift * steps + (value >> shift));
    }

    static std::uint64_t lower_bound(std::size_t bucket) {
        if (bucket < 2 * steps) return bucket;
        const std::uint64_t shift = bucket / steps - 1;
        return (bucket - shift * steps) << shift;
    }

    std::array<std::uint64_t, 64 * steps> counts_{};
    std::uint64_t total_ = 0;
};

}  // namespace weft::load
