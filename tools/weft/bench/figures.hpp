// SPDX-License-Identifier: MIT
// What `weft bench` has measured. Knows neither how it is measured nor how it is printed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "without_loop/latency_histogram.hpp"

namespace weft_tool {

/// A short part of the measured time; one point of the charts.
struct bench_sample {
    double begin = 0;   ///< seconds since measuring began
    double seconds = 0; ///< its length
    std::uint64_t messages = 0;
    std::uint64_t openings = 0;
    std::size_t open = 0; ///< connections at its end
    latency_histogram::duration p50{};
    latency_histogram::duration p99{};
    latency_histogram::duration max{};

    [[nodiscard]] double per_second(std::uint64_t count) const noexcept {
        return seconds > 0 ? static_cast<double>(count) / seconds : 0;
    }
};

struct bench_figures {
    std::string date; ///< when the run began, by ISO 8601

    // connections
    std::size_t opened_at_start = 0;
    double opening_seconds = 0; ///< until all connections had opened or failed at the start
    std::uint64_t reopened = 0; ///< connections opened again while measuring
    latency_histogram openings; ///< from the call of `connect` until `open`
    std::string extensions;     ///< what the first connection agreed on
    std::string compression;    ///< how much smaller messages became; empty if not compressed

    // messages, while measuring
    double seconds = 0;         ///< the time that was measured
    double cpu_seconds = 0;     ///< this program's, of all threads
    std::uint64_t messages = 0; ///< answered; with --no-answer, sent
    std::uint64_t bytes = 0;    ///< payload of these messages
    latency_histogram latencies;
    std::vector<bench_sample> samples;

    // what went wrong
    std::uint64_t unanswered = 0;                  ///< sent, and not answered at the end
    std::uint64_t unsent = 0;                      ///< due because of --rate, and not sent
    std::uint64_t differing = 0;                   ///< answers that differ from their message
    std::uint64_t unexpected = 0;                  ///< messages that answer nothing
    std::map<std::string, std::uint64_t> failures; ///< of connections, by reason
    std::string first_failure; ///< to open a connection, in words
    std::string advice;        ///< what to try then; often empty
    bool interrupted = false;

    [[nodiscard]] double per_second(std::uint64_t count) const noexcept {
        return seconds > 0 ? static_cast<double>(count) / seconds : 0;
    }

    /// Returns what part of one core this program used, in percent.
    [[nodiscard]] double cpu_percent() const noexcept {
        return seconds > 0 ? cpu_seconds / seconds * 100 : 0;
    }

    [[nodiscard]] std::uint64_t failure_count() const noexcept {
        std::uint64_t count = 0;
        for (const auto& [reason, times] : failures) count += times;
        return count;
    }

    [[nodiscard]] bool all_well() const noexcept {
        return failures.empty() && unanswered == 0 && unsent == 0;
    }
};

/// From this use of one core on, the generator may limit the figures more than the server does.
inline constexpr double busy_generator_percent = 90;

} // namespace weft_tool
