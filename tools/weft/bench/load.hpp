// SPDX-License-Identifier: MIT
// The connections of `weft bench`: opens them, keeps messages in flight, and measures. Runs one
// event loop on one thread. Does not know how the figures are printed.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include <weft/weft.hpp>

#include "weft/bench/bench.hpp"
#include "weft/bench/figures.hpp"
#include "weft/bench/payloads.hpp"
#include "weft/bench/quick_random.hpp"
#include "weft/stop_signals.hpp"
#include "weft/target.hpp"

namespace weft_tool {

enum class bench_stage {
    opening,
    warming_up,
    measuring,
    waiting ///< for the last answers
};

/// What to show while the load runs.
struct bench_progress {
    bench_stage stage;
    double seconds;        ///< since measuring began
    double recent_seconds; ///< the time of the messages and latencies below
    std::uint64_t recent_messages;
    std::uint64_t recent_bytes; ///< payload of these messages
    const latency_histogram& recent_latencies;
    std::size_t open; ///< connections
    std::uint64_t failures;
};

/// Returns how many messages may be in flight on each connection.
[[nodiscard]] std::size_t in_flight_max(const bench_options& options);

class bench_load {
public:
    using clock = std::chrono::steady_clock;

    /// `show` is called about once per second while the load runs; it may be empty. `to` is
    /// copied; the options must outlive the load.
    bench_load(const bench_options& options, const target& to,
               weft::function<void(const bench_progress&)> show);

    /// Runs to the end, or until a stop signal, and returns what was measured.
    const bench_figures& run();

private:
    /// A place for one connection at a time: when it ends, another one may follow it.
    struct alignas(64) lane {
        // what each message needs, in one cache line
        weft::connection* peer = nullptr; // while it is open
        std::uint64_t due = 0;            // messages that should have been sent
        std::uint64_t sent = 0;
        std::uint64_t answered = 0;
        std::uint64_t last = 0;       // the connection is closed when `sent` reaches this
        clock::time_point only_begun; // of the message in flight, if there is at most one
        std::size_t number = 0;       // among all lanes
        bool blocked = false;         // output is queued (--no-answer)
        bool waits_to_send = false;   // is in ready_ (--no-answer)

        std::vector<clock::time_point> begun; // of messages in flight, if there may be more
        clock::time_point connecting;
        std::size_t place = 0; // in the schedule of --rate
    };

    // opening
    void open_more();
    void opened(lane& at, weft::connection& peer);
    void failed(const weft::report& why);
    void closed(lane& at, const weft::report& why);
    void opening_ended();
    [[nodiscard]] weft::handlers handlers(lane& at);

    // sending and receiving
    [[nodiscard]] bool may_send(const lane& at) const noexcept;
    void send_allowed(lane& at, clock::time_point now);
    void send_answered(lane& at, clock::time_point now);
    void send_without_answers(lane& at);
    void send_later(lane& at);
    void send_due();
    void answered(lane& at, const weft::connection& peer, weft::message what);
    [[nodiscard]] clock::time_point arrival(const weft::connection& peer) noexcept;
    void close_if_done(lane& at);
    [[nodiscard]] clock::time_point due_at(std::uint64_t number) const noexcept;
    [[nodiscard]] clock::time_point begun_at(const lane& at, std::uint64_t number) const noexcept;
    [[nodiscard]] static std::uint64_t payload_of(const lane& at, std::uint64_t number) noexcept;

    // stages
    void begin_sending();
    void begin_measuring();
    void end_measuring();
    void end_if_answered();
    void finish();
    void next_stage();
    void handle_signals();

    // figures
    void tick();
    void end_sample(clock::time_point now);
    void show_progress(clock::time_point now);

    const bench_options& options_;
    const target to_;
    const bench_payloads payloads_;
    const std::size_t in_flight_;

    // What each message needs is kept together: the histograms below fill many pages.
    bench_stage stage_ = bench_stage::opening;
    clock::time_point counted_since_; // latencies of messages that began earlier do not count
    std::uint64_t outstanding_ = 0; // messages sent and not answered
    std::uint64_t messages_ = 0;    // answered, or sent with --no-answer, so far
    std::uint64_t bytes_ = 0;       // payload of these messages
    const weft::connection* arrived_from_ = nullptr; // what arrived last, and when
    std::uint64_t arrived_bytes_ = 0;
    clock::time_point arrived_;
    quick_random random_;
    latency_histogram unsorted_; // latencies since the last tick

    const clock::duration sample_time_;
    weft::function<void(const bench_progress&)> show_;
    bench_figures figures_;
    bool finished_ = false;
    int signals_handled_ = 0;

    std::vector<lane> lanes_; // never resized: others point to lanes
    std::deque<lane*> to_open_;
    std::size_t opening_ = 0; // connections that are opening
    std::size_t open_ = 0;
    std::vector<lane*> ready_; // can send more (--no-answer)

    std::vector<lane*> schedule_; // the lanes that take turns (--rate)
    std::uint64_t scheduled_ = 0; // messages that were due so far
    clock::time_point began_;     // of opening, then of sending
    clock::time_point sending_until_;

    std::uint64_t reopened_ = 0;

    // the counts at the time when measuring, a sample or a progress period began
    struct mark {
        clock::time_point time;
        std::uint64_t messages = 0;
        std::uint64_t bytes = 0;
        std::uint64_t reopened = 0;
    };
    [[nodiscard]] mark mark_now(clock::time_point now) const noexcept;
    mark measuring_;
    mark sample_;
    mark progress_;
    double cpu_before_ = 0;
    latency_histogram of_sample_;
    latency_histogram of_progress_;

    weft::event_loop loop_;
    stop_signals signals_;
    weft::client client_;
    weft::timer stage_timer_;
    weft::timer tick_timer_;
    weft::timer due_timer_;
};

} // namespace weft_tool
