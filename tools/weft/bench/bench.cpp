// SPDX-License-Identifier: MIT
// Checks the options of `weft bench`, runs the load, and prints what it measured.
#include "weft/bench/bench.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <string>

#include "weft/advice.hpp"
#include "weft/bench/load.hpp"
#include "weft/bench/reports.hpp"
#include "without_loop/print_error.hpp"

namespace weft_tool {
namespace {

constexpr std::size_t size_max = 1024UL * 1024 * 1024;
constexpr std::size_t other_descriptors = 64;

constexpr const char* bench_name = "weft bench";

/// Raises this program's limit on open files as far as the system lets it; returns the limit.
rlim_t raise_descriptor_limit(rlim_t wanted) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return wanted;
    limit.rlim_cur = std::min(wanted, limit.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

/// One line on standard error, which is written again and again.
class progress_line {
public:
    explicit progress_line(const bench_options& options)
        : options_(options), shown_(!options.quiet && ::isatty(STDERR_FILENO) == 1) {}
    progress_line(const progress_line&) = delete;
    progress_line& operator=(const progress_line&) = delete;
    ~progress_line() { clear(); }

    void show(const bench_progress& now) {
        if (!shown_) return;
        clear();
        std::cerr << progress_text(now, options_) << std::flush;
        written_ = true;
    }

    void clear() {
        if (written_) std::cerr << "\r\x1b[K" << std::flush;
        written_ = false;
    }

private:
    const bench_options& options_;
    bool shown_;
    bool written_ = false;
};

exit_code outcome_of(const bench_figures& figures) {
    if (figures.opened_at_start == 0) return exit_code::not_connected;
    return figures.all_well() ? exit_code::ok : exit_code::ended_badly;
}

/// Says why the first connection that failed could not be opened, and what to try.
void print_failure(const bench_options& options, const bench_figures& figures) {
    print_error(bench_name,
                "could not connect to " + shown_uri(options.url) + ": " + figures.first_failure,
                figures.advice);
}

exit_code output_failed(const std::string& what) {
    print_error(bench_name, "cannot write to " + what, {});
    return exit_code::input_output;
}

} // namespace

exit_code bench(const bench_options& options) {
    if (options.size > size_max) {
        print_error(bench_name, "--size " + std::to_string(options.size) + ": more than 1 GiB",
                    "Try a smaller message");
        return exit_code::usage;
    }
    const auto to = make_target(bench_name, options);
    if (!to) return exit_code::usage;
    const auto files = options.connections + other_descriptors;
    if (const auto limit = raise_descriptor_limit(files); limit < files) {
        print_error(bench_name,
                    "--connections " + std::to_string(options.connections) +
                        ": this process may open only " + std::to_string(limit) + " files",
                    "Raise the limit, such as by ulimit -n " + std::to_string(files) +
                        ", or open fewer connections");
        return exit_code::usage;
    }
    std::ofstream page; // opened first, so that a wrong name is reported before the run
    if (!options.html_file.empty()) {
        page.open(options.html_file);
        if (!page) return output_failed(options.html_file);
    }
    progress_line line(options);
    bench_load load(options, *to, [&line](const bench_progress& now) { line.show(now); });
    const auto& figures = load.run();
    line.clear();
    std::cout << (options.json ? json_report(options, figures) : text_report(options, figures));
    if (!figures.first_failure.empty()) print_failure(options, figures);
    if (!std::cout.flush()) return output_failed("standard output");
    if (page.is_open() && !(page << html_report(options, figures)).flush()) {
        return output_failed(options.html_file);
    }
    return outcome_of(figures);
}

} // namespace weft_tool
