// SPDX-License-Identifier: MIT
// The figures of `weft bench` as text, as JSON, and as a page with charts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weft/bench/bench.hpp"
#include "weft/bench/figures.hpp"
#include "weft/bench/load.hpp"

namespace weft_tool {

/// The quantiles that every report has, besides the maximum.
struct bench_quantile {
    std::string_view name;
    double part;
};
inline constexpr bench_quantile bench_quantiles[] = {
    {"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}};

/// Returns one line without its end, for a terminal.
[[nodiscard]] std::string progress_text(const bench_progress& now, const bench_options& options);

/// Returns what `weft bench` prints.
[[nodiscard]] std::string text_report(const bench_options& options, const bench_figures& figures);

/// Returns a JSON object in one line; docs/command-line.md describes it.
[[nodiscard]] std::string json_report(const bench_options& options, const bench_figures& figures);

/// Returns a page that loads nothing from elsewhere.
[[nodiscard]] std::string html_report(const bench_options& options, const bench_figures& figures);

// --- what the reports share

[[nodiscard]] double milliseconds(latency_histogram::duration time) noexcept;

/// Returns a number with this many digits after the point, in the C locale.
[[nodiscard]] std::string fixed(double number, int digits);

/// Returns a number with commas between thousands, rounded.
[[nodiscard]] std::string grouped(double number);

/// Describes the load in one line, such as "200 connections, text of 20 bytes, ...".
[[nodiscard]] std::string describe_load(const bench_options& options);

/// Returns what went wrong or makes the figures doubtful, a sentence each.
[[nodiscard]] std::vector<std::string> remarks(const bench_options& options,
                                               const bench_figures& figures);

} // namespace weft_tool
