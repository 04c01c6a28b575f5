// SPDX-License-Identifier: MIT
// The figures of `weft bench` for people: the line while it runs, and the lines at the end.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "weft/advice.hpp"
#include "weft/bench/reports.hpp"
#include "without_loop/printable.hpp"

namespace weft_tool {
namespace {

std::string plural(double count, const char* what) {
    return grouped(count) + ' ' + what + (count == 1 ? "" : "s");
}

std::string plural(std::uint64_t count, const char* what) {
    return plural(static_cast<double>(count), what);
}

std::string shown(latency_histogram::duration time) {
    return fixed(milliseconds(time), 3) + " ms";
}

std::string megabytes(double bytes) {
    return fixed(bytes / 1e6, 2) + " MB";
}

/// Returns "  p50 0.123 ms" and so on.
std::string quantiles(const latency_histogram& all) {
    std::string text;
    for (const auto& one : bench_quantiles) {
        text.append("  ").append(one.name).append(" ").append(shown(all.quantile(one.part)));
    }
    return text + "  max " + shown(all.max());
}

std::string line_of(const char* name, const std::string& content) {
    std::string line(name);
    line.resize(14, ' ');
    return line + content + '\n';
}

} // namespace

double milliseconds(latency_histogram::duration time) noexcept {
    return std::chrono::duration<double, std::milli>(time).count();
}

std::string fixed(double number, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, number); // the program sets no locale
    return text;
}

std::string grouped(double number) {
    std::string text = fixed(std::round(number), 0);
    for (std::size_t at = text.size(); at > 3;) {
        at -= 3;
        text.insert(at, 1, ',');
    }
    return text;
}

std::string describe_load(const bench_options& options) {
    std::string text = plural(static_cast<std::uint64_t>(options.connections), "connection") +
        ", " + (options.binary ? "binary" : "text") + " messages of " +
        plural(static_cast<std::uint64_t>(options.size), "byte");
    if (options.no_answer) text += ", without answers";
    if (options.in_flight != 0 || (options.rate <= 0 && !options.no_answer)) {
        text += ", " + std::to_string(std::max<std::size_t>(options.in_flight, 1)) +
            " in flight on each";
    }
    if (options.rate > 0) text += ", " + grouped(options.rate) + " per second in all";
    if (options.messages_per_connection != 0) {
        text += ", " + plural(options.messages_per_connection, "message") + " per connection";
    }
    return text;
}

std::string progress_text(const bench_progress& now, const bench_options& options) {
    const auto open = plural(static_cast<std::uint64_t>(now.open), "connection") + " open";
    const auto failures =
        now.failures == 0 ? std::string() : "  " + plural(now.failures, "failure");
    if (now.stage == bench_stage::opening) return open + failures;
    if (now.stage == bench_stage::waiting) return "waiting for the last answers" + failures;
    std::string text = now.stage == bench_stage::warming_up ? std::string("warming up")
                                                            : fixed(now.seconds, 0) + " s";
    const auto per_second = [&](std::uint64_t count) {
        return static_cast<double>(count) / now.recent_seconds;
    };
    text += "  " + grouped(per_second(now.recent_messages)) + " messages/s  " +
        megabytes(per_second(now.recent_bytes)) + "/s";
    if (!options.no_answer) {
        text += "  p50 " + shown(now.recent_latencies.quantile(0.5)) + "  p99 " +
            shown(now.recent_latencies.quantile(0.99));
    }
    return text + "  " + open + failures;
}

std::vector<std::string> remarks(const bench_options& options, const bench_figures& figures) {
    std::vector<std::string> all;
    for (const auto& [reason, times] : figures.failures) {
        all.push_back(plural(times, "connection") + ' ' + reason);
    }
    if (figures.unanswered != 0) {
        all.push_back(plural(figures.unanswered, "message") +
                      " unanswered; if the server does not echo: --no-answer");
    }
    if (figures.unsent != 0) {
        all.push_back(plural(figures.unsent, "message") +
                      " of --rate not sent: the server or the connections are too slow");
    }
    if (figures.differing != 0) {
        all.push_back(plural(figures.differing, "answer") + " not equal to the message sent");
    }
    if (figures.unexpected != 0 && !options.no_answer) {
        all.push_back(plural(figures.unexpected, "message") + " received that answered nothing");
    }
    if (options.deflate && figures.opened_at_start != 0 && figures.extensions.empty()) {
        all.emplace_back("the server does not compress");
    }
    if (figures.cpu_percent() > busy_generator_percent) {
        all.push_back("this program used " + fixed(figures.cpu_percent(), 0) +
                      " % of a core: it may be slower than the server");
    }
    if (figures.interrupted) all.emplace_back("the run was ended early");
    return all;
}

std::string text_report(const bench_options& options, const bench_figures& figures) {
    std::string text = line_of("target", printable(shown_uri(options.url))) +
        line_of("load", describe_load(options));
    std::string opened = grouped(static_cast<double>(figures.opened_at_start)) + " in " +
        fixed(figures.opening_seconds, 3) + " s";
    if (figures.openings.count() != 0) opened += quantiles(figures.openings);
    text += line_of("opened", opened);
    if (figures.reopened != 0) {
        text += line_of("opened again", grouped(static_cast<double>(figures.reopened)) + ", " +
                            grouped(figures.per_second(figures.reopened)) + " per second");
    }
    if (figures.seconds > 0) {
        text += line_of("messages", plural(figures.messages, "message") +
                            (options.no_answer ? " sent in " : " answered in ") +
                            fixed(figures.seconds, 3) + " s");
        text += line_of("throughput", grouped(figures.per_second(figures.messages)) +
                            " messages/s, " + megabytes(figures.per_second(figures.bytes)) + "/s");
        if (!options.no_answer) {
            text += line_of("latency", quantiles(figures.latencies).substr(2));
        }
        if (!figures.compression.empty()) text += line_of("compressed", figures.compression);
        text += line_of("this program", fixed(figures.cpu_percent(), 0) + " % of a core");
    }
    for (const auto& one : remarks(options, figures)) text += line_of("note", one);
    return text;
}

} // namespace weft_tool
