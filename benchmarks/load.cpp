// SPDX-License-Identifier: MIT
//
// The load generator: keeps an echo server busy and prints what each message, or each opening of a
// connection, cost it, as one line of JSON. It must not depend on Weft, so that it can measure any
// server; the histogram that it shares with `weft bench` is plain C++.

#include "load/fleet.hpp"
#include "load/options.hpp"
#include "load/process_cost.hpp"

#include "without_loop/latency_histogram.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <thread>

namespace {

using namespace weft::load;

struct figures {
    std::uint64_t count = 0;  // of messages, or of openings
    double seconds = 0;
    double generator_cpu_seconds = 0;
    std::optional<double> server_cpu_seconds;
    std::optional<double> idle_bytes_per_connection;
    std::optional<double> idle_cpu_percent;
    latency_histogram round_trips;
};

// Memory is compared after a warm-up, so that what the server allocates once is not counted.
void open_idle(fleet& all, const options& wanted, figures& into) {
    if (wanted.idle == 0) return;
    const std::int64_t before = wanted.pid == 0 ? 0 : user_memory(wanted.pid);
    all.open_idle();
    if (wanted.pid == 0) return;
    into.idle_bytes_per_connection =
        static_cast<double>(user_memory(wanted.pid) - before) / static_cast<double>(wanted.idle);
}

void measure_window(fleet& all, const options& wanted, figures& into) {
    using clock = std::chrono::steady_clock;
    const auto began = clock::now();
    const double generator_before = cpu_seconds(0);
    const double server_before = wanted.pid == 0 ? 0 : cpu_seconds(wanted.pid);
    into.count = wanted.counts == measure_of::openings
        ? all.open_for(wanted.seconds)
        : all.run_for(wanted.seconds, into.round_trips);
    if (wanted.pid != 0) into.server_cpu_seconds = cpu_seconds(wanted.pid) - server_before;
    into.generator_cpu_seconds = cpu_seconds(0) - generator_before;
    into.seconds = std::chrono::duration<double>(clock::now() - began).count();
}

// All connections are open, and silent once the last answers have come.
void measure_rest(const options& wanted, figures& into) {
    if (wanted.rest.count() == 0 || wanted.pid == 0) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    const double before = cpu_seconds(wanted.pid);
    std::this_thread::sleep_for(wanted.rest);
    into.idle_cpu_percent = (cpu_seconds(wanted.pid) - before) / wanted.rest.count() * 100;
}

figures measure(const options& wanted) {
    figures result;
    fleet all{wanted};
    if (wanted.counts == measure_of::openings) {
        all.open_for(wanted.warmup);
        measure_window(all, wanted, result);
        return result;
    }
    all.start();
    latency_histogram ignored;
    all.run_for(wanted.warmup, ignored);
    open_idle(all, wanted, result);
    if (wanted.idle != 0) all.run_for(wanted.warmup, ignored);
    measure_window(all, wanted, result);
    measure_rest(wanted, result);
    return result;
}

double quantile_us(const latency_histogram& all, double part) {
    return std::chrono::duration<double, std::micro>(all.quantile(part)).count();
}

void print(const figures& result, const char* what) {
    const auto count = static_cast<double>(result.count);
    std::printf("{\"%s\": %ju, \"seconds\": %.4f, \"%s_per_second\": %.0f", what,
                static_cast<std::uintmax_t>(result.count), result.seconds, what,
                count / result.seconds);
    std::printf(", \"p50_us\": %.1f, \"p99_us\": %.1f, \"p999_us\": %.1f",
                quantile_us(result.round_trips, 0.5), quantile_us(result.round_trips, 0.99),
                quantile_us(result.round_trips, 0.999));
    std::printf(", \"generator_cpu_seconds\": %.4f", result.generator_cpu_seconds);
    if (const auto cpu = result.server_cpu_seconds) {
        std::printf(", \"server_cpu_seconds\": %.4f, \"%s_per_cpu_second\": %.0f", *cpu, what,
                    count / *cpu);
    }
    if (const auto bytes = result.idle_bytes_per_connection) {
        std::printf(", \"idle_bytes_per_connection\": %.1f", *bytes);
    }
    if (const auto percent = result.idle_cpu_percent) {
        std::printf(", \"idle_cpu_percent\": %.4f", *percent);
    }
    std::printf("}\n");
}

}  // namespace

int main(int argc, char** argv) try {
    const options wanted = parse_options(argc, argv);
    print(measure(wanted), wanted.counts == measure_of::openings ? "openings" : "messages");
    return EXIT_SUCCESS;
} catch (const std::exception& error) {
    std::fprintf(stderr, "load: %s\n", error.what());
    return EXIT_FAILURE;
}
