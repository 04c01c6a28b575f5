// SPDX-License-Identifier: MIT
// The histogram of `weft bench` and of the load generator, against sorted durations.
#include "tools/without_loop/latency_histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace {

using weft_tool::latency_histogram;
using nanoseconds = std::chrono::nanoseconds;

/// Durations from a nanosecond to an hour, as many in each order of magnitude.
std::vector<std::int64_t> spread_durations() {
    std::mt19937_64 numbers(1);
    std::uniform_real_distribution<double> exponent(0, std::log10(3.6e12));
    std::vector<std::int64_t> all(20'000);
    for (auto& one : all) one = static_cast<std::int64_t>(std::pow(10.0, exponent(numbers)));
    return all;
}

TEST(LatencyHistogram, QuantilesAreAtMostOnePartIn128Above) {
    auto all = spread_durations();
    latency_histogram recorded;
    for (const auto one : all) recorded.record(nanoseconds(one));
    std::ranges::sort(all);
    for (const double part : {0.0001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1.0}) {
        const auto rank = static_cast<std::size_t>(std::ceil(part * double(all.size())));
        const auto exact = all[std::max<std::size_t>(rank, 1) - 1];
        const auto got = recorded.quantile(part).count();
        EXPECT_GE(got, exact) << part;
        EXPECT_LE(got, exact + exact / 128) << part;
    }
    EXPECT_EQ(recorded.quantile(0).count(), all.front());
    EXPECT_EQ(recorded.max().count(), all.back());
    EXPECT_EQ(recorded.count(), all.size());
}

TEST(LatencyHistogram, EveryShortDurationIsExact) {
    for (std::int64_t one = 0; one < 256; ++one) {
        latency_histogram recorded;
        recorded.record(nanoseconds(one));
        recorded.record(nanoseconds(1'000'000));
        EXPECT_EQ(recorded.quantile(0.5).count(), one);
    }
}

TEST(LatencyHistogram, TheLongestAndNegativeDurationsHaveABucket) {
    latency_histogram recorded;
    recorded.record(nanoseconds(-5));
    recorded.record(nanoseconds::max());
    EXPECT_EQ(recorded.quantile(0.5).count(), 0);
    EXPECT_EQ(recorded.quantile(1), nanoseconds::max());
    EXPECT_EQ(recorded.max(), nanoseconds::max());
}

TEST(LatencyHistogram, NothingRecordedIsZero) {
    const latency_histogram nothing;
    EXPECT_EQ(nothing.count(), 0U);
    EXPECT_EQ(nothing.quantile(0.5).count(), 0);
    EXPECT_EQ(nothing.mean().count(), 0);
}

TEST(LatencyHistogram, SumsAreTheSameAsOneHistogramOfAll) {
    latency_histogram odd, even, all;
    for (const auto one : spread_durations()) {
        (one % 2 == 0 ? even : odd).record(nanoseconds(one));
        all.record(nanoseconds(one));
    }
    odd += even;
    EXPECT_EQ(odd.count(), all.count());
    EXPECT_EQ(odd.max(), all.max());
    EXPECT_NEAR(double(odd.mean().count()), double(all.mean().count()), 2);
    for (const double part : {0.1, 0.5, 0.9, 0.999}) {
        EXPECT_EQ(odd.quantile(part), all.quantile(part));
    }
}

} // namespace
