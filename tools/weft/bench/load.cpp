// SPDX-License-Identifier: MIT
// Opens the connections, keeps messages in flight, and measures.
#include "weft/bench/load.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <bit>
#include <ctime>
#include <limits>
#include <string>
#include <utility>

#include "weft/advice.hpp"
#include "weft/compression.hpp"
#include "without_loop/printable.hpp"
#include "without_loop/proper_end.hpp"
#include "without_loop/seconds.hpp"

namespace weft_tool {
namespace {

using clock = bench_load::clock;

constexpr auto no_limit = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t in_flight_of_rate = 1000;
constexpr auto progress_time = std::chrono::seconds(1);

// With --no-answer, one connection sends at most this much before the others get their turn.
constexpr std::size_t burst_messages = 64;
constexpr std::size_t burst_bytes = 256 * 1024;

double as_seconds(clock::duration time) {
    return std::chrono::duration<double>(time).count();
}

double as_seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

double cpu_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return as_seconds(used.ru_utime) + as_seconds(used.ru_stime);
}

std::string date_now() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

weft::duration tick_time(double duration) {
    return duration <= 30 ? std::chrono::milliseconds(100) : std::chrono::milliseconds(500);
}

target without_limits(target to) {
    to.how.connection.queue_size_max = weft::unlimited; // messages in flight are the limit
    to.how.connection.limits.message_size_max = weft::unlimited;
    return to;
}

std::string reason_of_failure(const weft::report& why) {
    std::string reason = "could not open (" + std::string(name(why.phase)) + "): ";
    if (why.http_status != 0) return reason + "HTTP status " + std::to_string(why.http_status);
    return reason + why.error.message();
}

std::string reason_of_end(const weft::report& why) {
    if (why.error) return "broken: " + why.error.message();
    return "closed by the " + std::string(why.began == weft::side::peer ? "server" : "client") +
        ": " + std::to_string(static_cast<unsigned>(why.code())) + ' ' +
        std::string(name(why.code()));
}

} // namespace

std::size_t in_flight_max(const bench_options& options) {
    if (options.no_answer) return std::numeric_limits<std::size_t>::max();
    if (options.in_flight != 0) return options.in_flight;
    return options.rate > 0 ? in_flight_of_rate : 1;
}

bench_load::bench_load(const bench_options& options, const target& to,
                       weft::function<void(const bench_progress&)> show)
    : options_(options),
      to_(without_limits(to)),
      payloads_(options.size, options.binary, options.deflate),
      in_flight_(in_flight_max(options)),
      random_(static_cast<std::uint64_t>(clock::now().time_since_epoch().count()) | 1U),
      sample_time_(std::max<clock::duration>(tick_time(options.duration),
                                             seconds(options.duration / 300))),
      show_(std::move(show)),
      lanes_(options.connections),
      loop_({.memory_max = weft::unlimited, .random = &random_}),
      signals_(loop_),
      client_(loop_),
      stage_timer_(loop_, [this] { next_stage(); }),
      tick_timer_(loop_, [this] { tick(); }),
      due_timer_(loop_, [this] { send_due(); }) {
    client_.on_interrupt([this] { handle_signals(); });
    for (auto& one : lanes_) {
        one.number = to_open_.size();
        to_open_.push_back(&one);
    }
}

const bench_figures& bench_load::run() {
    figures_.date = date_now();
    began_ = clock::now();
    progress_ = mark_now(began_);
    tick_timer_.arm_every(tick_time(options_.duration));
    open_more();
    loop_.run();
    if (const auto& made = to_.how.connection.extension) {
        figures_.compression = compression_summary(*made);
    }
    return figures_;
}

// --- opening

void bench_load::open_more() {
    while (!finished_ && opening_ < options_.opening_max && !to_open_.empty()) {
        lane& next = *to_open_.front();
        to_open_.pop_front();
        ++opening_;
        next.connecting = clock::now();
        client_.connect(to_.uri, handlers(next), to_.how);
    }
}

weft::handlers bench_load::handlers(lane& at) {
    return {
        .open = [this, &at](weft::connection& peer) { opened(at, peer); },
        .message =
            [this, &at](weft::connection& peer, weft::message what) { answered(at, peer, what); },
        .writable =
            [this, &at](weft::connection&) {
                at.blocked = false;
                if (options_.no_answer) send_later(at);
            },
        .close = [this, &at](weft::connection&, const weft::report& why) { closed(at, why); },
        .fail = [this](const weft::report& why) { failed(why); },
    };
}

void bench_load::opened(lane& at, weft::connection& peer) {
    const auto now = clock::now();
    --opening_;
    ++open_;
    at.peer = &peer;
    at.blocked = false;
    arrived_from_ = nullptr; // an earlier connection may have had this address
    at.last = options_.messages_per_connection == 0 ? no_limit
                                                    : at.sent + options_.messages_per_connection;
    figures_.openings.record(now - at.connecting);
    open_more();
    if (stage_ != bench_stage::opening) {
        ++reopened_;
        return send_allowed(at, now);
    }
    if (figures_.opened_at_start++ == 0) figures_.extensions = peer.extensions();
    opening_ended();
}

void bench_load::failed(const weft::report& why) {
    --opening_;
    if (finished_) return;
    if (figures_.first_failure.empty()) {
        figures_.first_failure = weft::to_string(why);
        figures_.advice = advice(why, to_.uri, {to_.how.via, options_.proxy});
    }
    ++figures_.failures[printable(reason_of_failure(why))];
    open_more();
    opening_ended();
}

/// Begins to send when every connection has opened or failed; ends when none is left.
void bench_load::opening_ended() {
    if (finished_ || opening_ != 0 || !to_open_.empty()) return;
    if (stage_ == bench_stage::opening) {
        figures_.opening_seconds = as_seconds(clock::now() - began_);
        return open_ == 0 ? finish() : begin_sending();
    }
    if (open_ == 0 && stage_ != bench_stage::waiting) end_measuring();
}

void bench_load::closed(lane& at, const weft::report& why) {
    --open_;
    at.peer = nullptr;
    const std::uint64_t lost = at.sent - at.answered;
    outstanding_ -= lost;
    figures_.unanswered += lost;
    at.answered = at.sent;
    if (finished_) return;
    if (at.sent != at.last || lost != 0 || !is_proper(why)) {
        ++figures_.failures[printable(reason_of_end(why))];
    } else if (stage_ != bench_stage::waiting || at.sent < at.due) {
        to_open_.push_back(&at);
        open_more();
    }
    opening_ended();
    end_if_answered();
}

// --- sending and receiving

bool bench_load::may_send(const lane& at) const noexcept {
    return at.peer && at.sent < at.due && at.sent < at.last && !at.blocked &&
        at.sent - at.answered < in_flight_;
}

void bench_load::send_allowed(lane& at, clock::time_point now) {
    if (options_.no_answer) return send_without_answers(at);
    send_answered(at, now);
}

void bench_load::send_answered(lane& at, clock::time_point now) {
    while (may_send(at)) {
        (at.begun.empty() ? at.only_begun : at.begun[at.sent & (at.begun.size() - 1)]) = now;
        const auto what = payloads_.message(payload_of(at, at.sent));
        if (at.peer->send(what) == weft::send_result::closed) return;
        ++at.sent;
        ++outstanding_;
    }
}

void bench_load::answered(lane& at, const weft::connection& peer, weft::message what) {
    if (at.answered == at.sent) {
        ++figures_.unexpected;
        return;
    }
    const auto now = arrival(peer);
    const auto number = at.answered++;
    const auto begun = begun_at(at, number);
    if (begun >= counted_since_) unsorted_.record(now - begun);
    if (!payloads_.is_echo(what, payload_of(at, number))) ++figures_.differing;
    ++messages_;
    bytes_ += what.size();
    --outstanding_;
    send_answered(at, now);
    if (at.answered == at.last) close_if_done(at);
    if (stage_ == bench_stage::waiting) end_if_answered();
}

/// Returns the time at which a message was received. Reads the clock only once for all that was
/// received together.
clock::time_point bench_load::arrival(const weft::connection& peer) noexcept {
    const auto bytes = peer.traffic().bytes_received;
    if (arrived_from_ != &peer || arrived_bytes_ != bytes) {
        arrived_from_ = &peer;
        arrived_bytes_ = bytes;
        arrived_ = clock::now();
    }
    return arrived_;
}

void bench_load::close_if_done(lane& at) {
    if (at.peer && at.answered == at.last) at.peer->close();
}

void bench_load::send_without_answers(lane& at) {
    const auto most = std::clamp<std::size_t>(burst_bytes / std::max<std::size_t>(options_.size, 1),
                                              1, burst_messages);
    for (std::size_t i = 0; i < most && may_send(at); ++i) {
        const auto result = at.peer->send(payloads_.message(payload_of(at, at.sent)));
        if (result == weft::send_result::closed) return;
        at.blocked = result == weft::send_result::backed_up;
        ++at.sent;
        ++at.answered;
        ++messages_;
        bytes_ += options_.size;
    }
    close_if_done(at);
    if (may_send(at)) send_later(at);
}

/// Sends in a later turn, so that every connection and timer gets its turn.
void bench_load::send_later(lane& at) {
    if (std::exchange(at.waits_to_send, true)) return;
    ready_.push_back(&at);
    if (ready_.size() != 1) return;
    loop_.post([this] {
        for (lane* one : std::exchange(ready_, {})) {
            one->waits_to_send = false;
            send_without_answers(*one);
        }
    });
}

/// Sends what is due by now, on one connection after the other.
void bench_load::send_due() {
    constexpr std::size_t most = 1024; // then the loop receives
    const auto now = clock::now();
    for (std::size_t i = 0; i < most; ++i) {
        const auto due = due_at(scheduled_);
        if (due >= sending_until_) return end_if_answered();
        if (due > now) return due_timer_.arm_at(due);
        lane& at = *schedule_[static_cast<std::size_t>(scheduled_++ % schedule_.size())];
        ++at.due;
        send_allowed(at, now);
    }
    due_timer_.arm_at(now);
}

clock::time_point bench_load::due_at(std::uint64_t number) const noexcept {
    return began_ + seconds(static_cast<double>(number) / options_.rate);
}

clock::time_point bench_load::begun_at(const lane& at, std::uint64_t number) const noexcept {
    if (options_.rate > 0) return due_at(number * schedule_.size() + at.place);
    return at.begun.empty() ? at.only_begun : at.begun[number & (at.begun.size() - 1)];
}

std::uint64_t bench_load::payload_of(const lane& at, std::uint64_t number) noexcept {
    return at.number * 4099 + number;
}

// --- stages

void bench_load::begin_sending() {
    stage_ = bench_stage::warming_up;
    began_ = clock::now();
    counted_since_ = began_;
    const auto measuring_since = began_ + seconds(options_.warmup);
    sending_until_ = measuring_since + seconds(options_.duration);
    for (auto& one : lanes_) {
        if (!one.peer) continue;
        one.place = schedule_.size();
        schedule_.push_back(&one);
    }
    if (options_.warmup > 0) {
        stage_timer_.arm_at(measuring_since);
    } else {
        begin_measuring();
    }
    if (options_.rate > 0) return send_due();
    for (lane* one : schedule_) {
        one->due = no_limit;
        if (!options_.no_answer && in_flight_ > 1) one->begun.resize(std::bit_ceil(in_flight_));
        send_allowed(*one, clock::now());
    }
}

void bench_load::begin_measuring() {
    stage_ = bench_stage::measuring;
    const auto now = clock::now();
    counted_since_ = options_.rate > 0 ? began_ + seconds(options_.warmup) : now;
    unsorted_ = {};
    of_sample_ = {};
    cpu_before_ = cpu_seconds();
    measuring_ = sample_ = mark_now(now);
    stage_timer_.arm_at(now + seconds(options_.duration));
}

void bench_load::end_measuring() {
    const auto now = clock::now();
    if (stage_ == bench_stage::measuring) {
        figures_.cpu_seconds = cpu_seconds() - cpu_before_;
        figures_.seconds = as_seconds(now - measuring_.time);
        figures_.messages = messages_ - measuring_.messages;
        figures_.bytes = bytes_ - measuring_.bytes;
        figures_.reopened = reopened_ - measuring_.reopened;
        tick();
        if (now - sample_.time >= sample_time_ / 2) end_sample(now);
    } else {
        counted_since_ = clock::time_point::max();
        unsorted_ = {};
    }
    stage_ = bench_stage::waiting;
    sending_until_ = std::min(sending_until_, now);
    for (auto& one : lanes_) {
        if (options_.rate <= 0) one.due = one.sent;
    }
    stage_timer_.arm_after(seconds(options_.wait));
    end_if_answered();
}

/// Ends when no message waits to be sent or answered any more.
void bench_load::end_if_answered() {
    if (stage_ != bench_stage::waiting || finished_ || outstanding_ != 0) return;
    if (options_.rate > 0 && due_at(scheduled_) < sending_until_) return;
    const auto waits = [](const auto& one) { return one.sent < one.due; };
    if (std::ranges::none_of(lanes_, waits) || (open_ == 0 && opening_ == 0)) finish();
}

void bench_load::finish() {
    if (std::exchange(finished_, true)) return;
    figures_.latencies += unsorted_;
    for (auto& one : lanes_) {
        figures_.unanswered += one.sent - one.answered;
        figures_.unsent += one.due - one.sent;
        one.answered = one.sent;
        one.due = one.sent;
        if (one.peer) one.peer->close();
    }
    outstanding_ = 0;
    to_open_.clear();
    stage_timer_.disarm();
    tick_timer_.disarm();
    due_timer_.disarm();
    client_.shutdown(seconds(options_.wait));
}

void bench_load::next_stage() {
    switch (stage_) {
    case bench_stage::opening: break;
    case bench_stage::warming_up: return begin_measuring();
    case bench_stage::measuring: return end_measuring();
    case bench_stage::waiting: return finish();
    }
}

/// A first stop signal while sending ends measuring; any other one ends the run at once.
void bench_load::handle_signals() {
    if (signals_handled_ == stop_signals::count()) return;
    signals_handled_ = stop_signals::count();
    if (!finished_) figures_.interrupted = true;
    const bool sending = stage_ == bench_stage::measuring || stage_ == bench_stage::warming_up;
    if (signals_handled_ == 1 && sending) return end_measuring();
    if (stage_ == bench_stage::opening) {
        figures_.opening_seconds = as_seconds(clock::now() - began_);
    }
    finish();
    client_.stop();
}

// --- figures

bench_load::mark bench_load::mark_now(clock::time_point now) const noexcept {
    return {now, messages_, bytes_, reopened_};
}

void bench_load::tick() {
    const auto now = clock::now();
    const bool counts = stage_ == bench_stage::measuring || stage_ == bench_stage::waiting;
    if (counts) figures_.latencies += unsorted_;
    of_progress_ += unsorted_;
    of_sample_ += unsorted_;
    unsorted_ = {};
    constexpr auto tolerance = std::chrono::milliseconds(10); // ticks may be late
    if (now - sample_.time + tolerance >= sample_time_) end_sample(now);
    if (now - progress_.time + tolerance >= progress_time) show_progress(now);
}

void bench_load::end_sample(clock::time_point now) {
    if (stage_ == bench_stage::measuring) {
        figures_.samples.push_back({
            .begin = as_seconds(sample_.time - measuring_.time),
            .seconds = as_seconds(now - sample_.time),
            .messages = messages_ - sample_.messages,
            .openings = reopened_ - sample_.reopened,
            .open = open_,
            .p50 = of_sample_.quantile(0.5),
            .p99 = of_sample_.quantile(0.99),
            .max = of_sample_.max(),
        });
    }
    sample_ = mark_now(now);
    of_sample_ = {};
}

void bench_load::show_progress(clock::time_point now) {
    if (show_) {
        show_({stage_, as_seconds(now - measuring_.time), as_seconds(now - progress_.time),
               messages_ - progress_.messages, bytes_ - progress_.bytes, of_progress_, open_,
               figures_.failure_count()});
    }
    progress_ = mark_now(now);
    of_progress_ = {};
}

} // namespace weft_tool
