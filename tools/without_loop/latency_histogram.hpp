// SPDX-License-Identifier: MIT
// A histogram of durations whose buckets are at most 1/128 wide relative to their value. Recording
// takes a few instructions and allocates nothing. Depends on nothing of Weft: the load generator in
// benchmarks/ uses it too.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace weft_tool {

class latency_histogram {
public:
    using duration = std::chrono::nanoseconds;

    /// Durations below zero count as zero.
    void record(duration one) noexcept {
        const auto value =
            static_cast<std::uint64_t>(std::max<duration::rep>(0, one.count()));
        ++counts_[bucket(value)];
        ++count_;
        sum_ += static_cast<double>(value);
        max_ = std::max(max_, value);
    }

    latency_histogram& operator+=(const latency_histogram& other) noexcept {
        for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
        count_ += other.count_;
        sum_ += other.sum_;
        max_ = std::max(max_, other.max_);
        return *this;
    }

    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] duration max() const noexcept { return duration(max_); }

    /// Returns the mean, which is exact; zero if nothing was recorded.
    [[nodiscard]] duration mean() const noexcept {
        if (count_ == 0) return duration(0);
        return duration(static_cast<duration::rep>(sum_ / static_cast<double>(count_)));
    }

    /// Returns a duration that at least the given part (0 to 1) of those recorded do not exceed. It
    /// is at most 1/128 above the smallest such duration, and never above the maximum. Returns zero
    /// if nothing was recorded.
    [[nodiscard]] duration quantile(double part) const noexcept {
        const auto wanted = static_cast<std::uint64_t>(
            std::ceil(std::clamp(part, 0.0, 1.0) * static_cast<double>(count_)));
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            seen += counts_[i];
            if (seen >= std::max<std::uint64_t>(wanted, 1)) {
                return duration(std::min(upper_bound(i), max_));
            }
        }
        return duration(max_);
    }

private:
    static constexpr unsigned step_bits = 7;
    static constexpr std::uint64_t steps = 1U << step_bits;

    static std::size_t bucket(std::uint64_t value) noexcept {
        if (value < steps) return static_cast<std::size_t>(value);
        const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - step_bits - 1;
        return static_cast<std::size_t>(shift * steps + (value >> shift));
    }

    /// Returns the largest value of a bucket.
    static std::uint64_t upper_bound(std::size_t bucket) noexcept {
        if (bucket < 2 * steps) return bucket;
        const std::uint64_t shift = bucket / steps - 1;
        return ((bucket - shift * steps + 1) << shift) - 1;
    }

    std::uint64_t count_ = 0;
    std::uint64_t max_ = 0;
    double sum_ = 0;
    std::array<std::uint64_t, (65 - step_bits) * steps> counts_{};
};

} // namespace weft_tool
