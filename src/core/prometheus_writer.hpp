// SPDX-License-Identifier: MIT
// Writes metrics in the text format of Prometheus, version 0.0.4.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <weft/core/time.hpp>

namespace weft {

/// Returns a label for `prometheus_writer::value`.
inline std::string metric_label(std::string_view name, std::string_view content) {
    std::string text(name);
    text += "=\"";
    for (const char each : content) {
        if (each == '\n') {
            text += "\\n";
            continue;
        }
        if (each == '\\' || each == '"') text += '\\';
        text += each;
    }
    return text += '"';
}

/// Returns the shortest text of a time in seconds, with a point in every locale.
inline std::string in_seconds(duration time) {
    std::array<char, 64> text{};
    const double seconds = std::chrono::duration<double>(time).count();
    const auto end = std::to_chars(text.data(), text.data() + text.size(), seconds,
                                   std::chars_format::fixed)
                         .ptr;
    return {text.data(), end};
}

/// Writes metrics one after the other.
class prometheus_writer {
public:
    explicit prometheus_writer(std::string_view prefix) : prefix_(prefix) {}

    /// Begins a metric; `value` adds its samples.
    void begin(std::string_view kind, std::string_view name, std::string_view help) {
        name_ = prefix_ + "_";
        name_ += name;
        text_ += "# HELP " + name_ + " ";
        text_ += help;
        text_ += "\n# TYPE " + name_ + " ";
        text_ += kind;
        text_ += "\n";
    }

    /// Adds a sample; `labels` is empty or a list of `label`.
    void value(std::string_view suffix, std::string_view labels, std::string_view number) {
        text_ += name_;
        text_ += suffix;
        if (!labels.empty()) {
            text_ += "{";
            text_ += labels;
            text_ += "}";
        }
        text_ += " ";
        text_ += number;
        text_ += "\n";
    }
    void value(std::string_view labels, std::uint64_t number) {
        value({}, labels, std::to_string(number));
    }

    void counter(std::string_view name, std::string_view help, std::uint64_t number) {
        begin("counter", name, help);
        value({}, number);
    }
    void gauge(std::string_view name, std::string_view help, std::uint64_t number) {
        begin("gauge", name, help);
        value({}, number);
    }

    /// Adds a histogram of durations.
    template <class Histogram>
    void histogram(std::string_view name, std::string_view help, const Histogram& times) {
        begin("histogram", name, help);
        std::uint64_t up_to = 0;
        for (std::size_t i = 0; i < times.counts.size(); ++i) {
            up_to += times.counts[i];
            const bool last = i == times.bounds.size();
            const auto bound = last ? std::string("+Inf") : in_seconds(times.bounds[i]);
            value("_bucket", metric_label("le", bound), std::to_string(up_to));
        }
        value("_sum", {}, in_seconds(times.sum));
        value("_count", {}, std::to_string(up_to));
    }

    [[nodiscard]] std::string take() noexcept { return std::move(text_); }

private:
    std::string prefix_;
    std::string name_;
    std::string text_;
};

} // namespace weft
