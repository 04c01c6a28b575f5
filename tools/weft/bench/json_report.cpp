// SPDX-License-Identifier: MIT
// The figures of `weft bench` for programs.
#include <utility>

#include "weft/advice.hpp"
#include "weft/bench/load.hpp"
#include "weft/bench/reports.hpp"
#include "weft/json.hpp"

namespace weft_tool {
namespace {

template <class Range, class Write>
std::string array_of(const Range& all, Write write) {
    std::string text;
    for (const auto& one : all) text += (text.empty() ? "" : ", ") + write(one);
    return '[' + text + ']';
}

std::string quantiles(const latency_histogram& all) {
    if (all.count() == 0) return "null";
    json_object made;
    for (const auto& one : bench_quantiles) {
        made.add(one.name, milliseconds(all.quantile(one.part)));
    }
    made.add("max", milliseconds(all.max())).add("mean", milliseconds(all.mean()));
    return made.add("count", all.count()).text();
}

std::string options_of(const bench_options& options) {
    json_object made;
    made.add("connections", options.connections).add("bytes", options.size);
    made.add("kind", json_text(options.binary ? "binary" : "text"));
    made.add("answers", json_boolean(!options.no_answer));
    made.add("in_flight",
             options.no_answer ? std::string("null") : std::to_string(in_flight_max(options)));
    made.add("rate", options.rate > 0 ? fixed(options.rate, 3) : "null");
    made.add("messages_per_connection", options.messages_per_connection == 0
                 ? std::string("null")
                 : std::to_string(options.messages_per_connection));
    made.add("warmup_seconds", options.warmup).add("duration_seconds", options.duration);
    return made.text();
}

std::string sample_of(const bench_sample& one) {
    json_object made;
    made.add("begin", one.begin).add("seconds", one.seconds);
    made.add("messages_per_second", one.per_second(one.messages));
    made.add("p50_ms", milliseconds(one.p50)).add("p99_ms", milliseconds(one.p99));
    made.add("max_ms", milliseconds(one.max));
    made.add("openings_per_second", one.per_second(one.openings)).add("open", one.open);
    return made.text();
}

} // namespace

std::string json_report(const bench_options& options, const bench_figures& figures) {
    json_object openings;
    openings.add("at_start", figures.opened_at_start).add("start_seconds", figures.opening_seconds);
    openings.add("again", figures.reopened);
    openings.add("again_per_second", figures.per_second(figures.reopened));
    openings.add("ms", quantiles(figures.openings));

    json_object all;
    all.add("url", json_text(shown_uri(options.url))).add("date", json_text(figures.date));
    all.add("weft", json_text(WEFT_VERSION)).add("options", options_of(options));
    all.add("extensions", json_text(figures.extensions)).add("openings", openings.text());
    all.add("seconds", figures.seconds).add("messages", figures.messages);
    all.add("messages_per_second", figures.per_second(figures.messages));
    all.add("megabytes_per_second", figures.per_second(figures.bytes) / 1e6);
    all.add("latency_ms", options.no_answer ? "null" : quantiles(figures.latencies));
    all.add("unanswered", figures.unanswered).add("unsent", figures.unsent);
    all.add("differing", figures.differing).add("unexpected", figures.unexpected);
    all.add("failures", array_of(figures.failures, [](const auto& one) {
        return json_object().add("reason", json_text(one.first)).add("count", one.second).text();
    }));
    all.add("interrupted", json_boolean(figures.interrupted));
    all.add("generator_cpu_seconds", figures.cpu_seconds);
    all.add("samples", array_of(figures.samples, sample_of));
    return all.text() + '\n';
}

} // namespace weft_tool
