// SPDX-License-Identifier: MIT
// The figures of `weft bench` as a page: tables, and charts as SVG. It has no scripts and loads
// nothing.
#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/advice.hpp"
#include "weft/bench/reports.hpp"
#include "without_loop/printable.hpp"

namespace weft_tool {
namespace {

constexpr double chart_width = 880;
constexpr double chart_height = 260;
constexpr double left_margin = 80;
constexpr double right_margin = 20;
constexpr double top_margin = 12;
constexpr double bottom_margin = 34;

constexpr const char* style = R"(
:root { color-scheme: light dark; --ink: #1b1f24; --dim: #59636e; --grid: #d8dee4; --page: #fff;
  --one: #0969da; --two: #bc4c00; --three: #8250df; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --dim: #9198a1; --grid: #3d444d;
  --page: #0d1117; --one: #4493f8; --two: #f0883e; --three: #ab7df8; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page);
  max-width: 920px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; margin-bottom: 1rem; } .wide { overflow-x: auto; }
th, td { text-align: right; padding: .2rem .8rem; border-bottom: 1px solid var(--grid); }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
td { font-variant-numeric: tabular-nums; } li { overflow-wrap: anywhere; }
svg { width: 100%; height: auto; } svg text { fill: var(--dim); font-size: 13px; }
.grid { stroke: var(--grid); } .line { fill: none; stroke-width: 2; }
.one { stroke: var(--one); } .two { stroke: var(--two); } .three { stroke: var(--three); }
.key span { display: inline-block; width: 1.2rem; border-top: 3px solid; margin: 0 .4rem .25rem 0; }
.key { color: var(--dim); margin: 0; } .key b { font-weight: normal; margin-right: 1.2rem; }
)";

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : printable(text)) {
        switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        default: out.push_back(c);
        }
    }
    return out;
}

struct point {
    double x;
    double y;
};

struct curve {
    const char* name;
    const char* color; ///< a class of the style
    std::vector<point> points;
};

/// An axis from zero to a round number, with lines at multiples of `step`.
struct axis {
    double step = 1;
    double end = 1;

    explicit axis(double largest) {
        if (!(largest > 0)) return;
        const double power = std::pow(10.0, std::floor(std::log10(largest / 5)));
        step = power;
        for (const double factor : {2.0, 5.0, 10.0}) {
            if (largest / step > 6) step = power * factor;
        }
        end = std::ceil(largest / step - 1e-9) * step;
    }

    [[nodiscard]] std::string label(double at) const {
        const double digits = std::ceil(-std::log10(step) - 1e-9);
        return step >= 1 ? grouped(at) : fixed(at, static_cast<int>(digits));
    }
};

double largest_of(const std::vector<curve>& curves, double point::*coordinate) {
    double largest = 0;
    for (const auto& one : curves) {
        for (const auto& at : one.points) largest = std::max(largest, at.*coordinate);
    }
    return largest;
}

std::string text_at(double x, double y, const char* anchor, const std::string& text) {
    return "<text x='" + fixed(x, 1) + "' y='" + fixed(y, 1) + "' text-anchor='" + anchor + "'>" +
        text + "</text>\n";
}

/// Draws curves over one axis of time or of quantiles; `marks` are the labels of that axis.
class chart {
public:
    chart(const std::vector<curve>& curves, double x_end)
        : x_end_(x_end > 0 ? x_end : 1), y_(largest_of(curves, &point::y)), curves_(curves) {}

    [[nodiscard]] std::string svg(const std::string& title,
                                  const std::vector<std::pair<double, std::string>>& marks) const {
        std::string out = "<svg viewBox='0 0 " + fixed(chart_width, 0) + ' ' +
            fixed(chart_height, 0) + "' role='img' aria-label='" + title + "'>\n";
        for (int i = 0; i * y_.step <= y_.end * 1.0001; ++i) {
            const double value = i * y_.step;
            out += "<line class='grid' x1='" + fixed(left_margin, 1) + "' x2='" +
                fixed(chart_width - right_margin, 1) + "' y1='" + fixed(y(value), 1) + "' y2='" +
                fixed(y(value), 1) + "'/>\n";
            out += text_at(left_margin - 8, y(value) + 4, "end", y_.label(value));
        }
        for (const auto& [at, name] : marks) {
            out += text_at(x(at), chart_height - bottom_margin + 20, "middle", name);
        }
        for (const auto& one : curves_) {
            out += "<polyline class='line " + std::string(one.color) + "' points='";
            for (const auto& at : one.points) {
                out += fixed(x(at.x), 1) + ',' + fixed(y(at.y), 1) + ' ';
            }
            out += "'/>\n";
        }
        return out + "</svg>\n" + key();
    }

private:
    [[nodiscard]] double x(double value) const {
        return left_margin + value / x_end_ * (chart_width - left_margin - right_margin);
    }
    [[nodiscard]] double y(double value) const {
        const double room = chart_height - top_margin - bottom_margin;
        return top_margin + room - value / y_.end * room;
    }

    [[nodiscard]] std::string key() const {
        if (curves_.size() < 2) return {};
        std::string out = "<p class='key'>";
        for (const auto& one : curves_) {
            out += "<span style='border-color: var(--" + std::string(one.color) + ")'></span><b>" +
                one.name + "</b>";
        }
        return out + "</p>\n";
    }

    double x_end_;
    axis y_;
    const std::vector<curve>& curves_;
};

/// Returns a curve with a point in the middle of each sample.
curve over_time(const char* name, const char* color, const std::vector<bench_sample>& samples,
                const std::function<double(const bench_sample&)>& value) {
    curve made{name, color, {}};
    for (const auto& one : samples) {
        made.points.push_back({one.begin + one.seconds / 2, value(one)});
    }
    return made;
}

std::string chart_over_time(const std::string& title, const std::vector<curve>& curves,
                            double seconds) {
    const axis time(seconds);
    std::vector<std::pair<double, std::string>> marks;
    for (int i = 0; i * time.step <= seconds * 1.0001; ++i) {
        marks.emplace_back(i * time.step, time.label(i * time.step) + " s");
    }
    return "<h2>" + title + "</h2>\n" + chart(curves, seconds).svg(title, marks);
}

/// Returns the latency by quantile. The distances between 90 %, 99 % and 99.9 % are equal.
std::string chart_of_quantiles(const latency_histogram& all) {
    constexpr double nines_end = 4; // 99.99 %
    std::vector<curve> curves{{"latency", "one", {}}};
    for (double nines = 0; nines <= nines_end; nines += 0.05) {
        const double part = 1 - std::pow(10.0, -nines);
        curves[0].points.push_back({nines, milliseconds(all.quantile(part))});
    }
    const std::string title = "Latency by quantile, in ms";
    return "<h2>" + title + "</h2>\n" +
        chart(curves, nines_end)
            .svg(title, {{0.301, "50 %"}, {1, "90 %"}, {2, "99 %"}, {3, "99.9 %"},
                         {3.9, "99.99 %"}});
}

std::string table_row(const std::string& name, const latency_histogram& all) {
    std::string row = "<tr><td>" + name + "</td>";
    for (const auto& one : bench_quantiles) {
        row += "<td>" + fixed(milliseconds(all.quantile(one.part)), 3) + "</td>";
    }
    return row + "<td>" + fixed(milliseconds(all.max()), 3) + "</td><td>" +
        fixed(milliseconds(all.mean()), 3) + "</td></tr>\n";
}

std::string tables(const bench_options& options, const bench_figures& figures) {
    const auto row = [](const char* name, const std::string& value) {
        return "<tr><td>" + std::string(name) + "</td><td>" + value + "</td></tr>\n";
    };
    std::string out = "<h2>Figures</h2>\n<div class='wide'><table>\n";
    out += row(options.no_answer ? "messages sent" : "messages answered",
               grouped(static_cast<double>(figures.messages)));
    out += row("measured", fixed(figures.seconds, 3) + " s");
    out += row("messages per second", grouped(figures.per_second(figures.messages)));
    out += row("MB per second", fixed(figures.per_second(figures.bytes) / 1e6, 2));
    out += row("connections opened", grouped(static_cast<double>(figures.opened_at_start)));
    if (figures.reopened != 0) {
        out += row("opened again per second", grouped(figures.per_second(figures.reopened)));
    }
    out += row("this program's use of a core", fixed(figures.cpu_percent(), 0) + " %");
    out += "</table></div>\n<div class='wide'><table>\n<tr><th>milliseconds</th>";
    for (const auto& one : bench_quantiles) out += "<th>" + std::string(one.name) + "</th>";
    out += "<th>max</th><th>mean</th></tr>\n";
    if (!options.no_answer) out += table_row("latency", figures.latencies);
    return out + table_row("opening a connection", figures.openings) + "</table></div>\n";
}

std::string notes(const bench_options& options, const bench_figures& figures) {
    const auto all = remarks(options, figures);
    if (all.empty()) return {};
    std::string out = "<h2>Notes</h2>\n<ul>\n";
    for (const auto& one : all) out += "<li>" + escaped(one) + "</li>\n";
    return out + "</ul>\n";
}

std::string charts(const bench_options& options, const bench_figures& figures) {
    const auto& samples = figures.samples;
    if (samples.empty()) return {};
    std::string out = chart_over_time(
        "Messages per second",
        {over_time("messages", "one", samples,
                   [](const bench_sample& one) { return one.per_second(one.messages); })},
        figures.seconds);
    if (!options.no_answer) {
        out += chart_over_time(
            "Latency in ms",
            {over_time("max", "three", samples,
                       [](const bench_sample& one) { return milliseconds(one.max); }),
             over_time("p99", "two", samples,
                       [](const bench_sample& one) { return milliseconds(one.p99); }),
             over_time("p50", "one", samples,
                       [](const bench_sample& one) { return milliseconds(one.p50); })},
            figures.seconds);
        out += chart_of_quantiles(figures.latencies);
    }
    if (figures.reopened != 0) {
        out += chart_over_time(
            "Connections opened again per second",
            {over_time("openings", "one", samples,
                       [](const bench_sample& one) { return one.per_second(one.openings); })},
            figures.seconds);
    }
    return out;
}

} // namespace

std::string html_report(const bench_options& options, const bench_figures& figures) {
    const auto target = escaped(shown_uri(options.url));
    return "<!doctype html>\n<html lang='en'>\n<head>\n<meta charset='utf-8'>\n"
           "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
           "<title>weft bench " + target + "</title>\n<style>" + style + "</style>\n</head>\n"
           "<body>\n<h1>" + target + "</h1>\n<p>" + escaped(describe_load(options)) + ".<br>" +
        figures.date + ", weft bench " WEFT_VERSION + ".</p>\n" +
        notes(options, figures) + tables(options, figures) + charts(options, figures) +
        "</body>\n</html>\n";
}

} // namespace weft_tool
