// SPDX-License-Identifier: MIT
// The public handle to a loop's state.
#include <weft/loop/event_loop.hpp>

#include <utility>

#include "loop/loop_state.hpp"

namespace weft {

std::string_view name(engine_kind which) noexcept {
    switch (which) {
    case engine_kind::automatic: return "automatic";
    case engine_kind::epoll: return "epoll";
    case engine_kind::io_uring: return "io_uring";
    case engine_kind::kqueue: return "kqueue";
    case engine_kind::poll: return "poll";
    case engine_kind::virtual_time: return "virtual time";
    }
    return "";
}

event_loop::event_loop(const loop_options& options)
    : state_(std::make_shared<loop_state>(options)) {}

event_loop::event_loop(std::shared_ptr<loop_state> state) noexcept : state_(std::move(state)) {}

result<event_loop> event_loop::create(const loop_options& options) {
    try {
        return event_loop(std::make_shared<loop_state>(options));
    } catch (const std::system_error& refused) {
        return failure(refused.code());
    }
}

event_loop::~event_loop() {
    if (state_) state_->close();
}

event_loop& event_loop::operator=(event_loop&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
}

std::size_t event_loop::run() {
    return state_->run();
}

std::size_t event_loop::run_one() {
    return state_->run_one();
}

std::size_t event_loop::poll() {
    return state_->poll({});
}

std::size_t event_loop::poll_one() {
    return state_->poll({1, duration::max()});
}

void event_loop::stop() noexcept {
    state_->stop();
}

bool event_loop::stopped() const noexcept {
    return state_->stopped();
}

void event_loop::restart() noexcept {
    state_->restart();
}

result<int> event_loop::descriptor() {
    return state_->descriptor();
}

void event_loop::start_perpetual() noexcept {
    state_->perpetual(true);
}

void event_loop::stop_perpetual() noexcept {
    state_->perpetual(false);
}

turn_result event_loop::run_ready(budget limit) {
    return state_->run_ready(limit);
}

std::optional<duration> event_loop::next_timeout() const {
    return state_->next_timeout();
}

void event_loop::post(function<void()> work) {
    state_->post(std::move(work));
}

void event_loop::wake() noexcept {
    state_->interrupt();
}

void event_loop::shutdown(duration within, function<void()> done) {
    state_->require_owner("event_loop::shutdown");
    state_->shut_down(later(state_->now(), within), std::move(done));
}

void event_loop::resolver(weft::resolver names) {
    state_->require_owner("event_loop::resolver");
    state_->resolver(std::move(names));
}

result<void> event_loop::on_signal(std::initializer_list<int> numbers,
                                   function<void(int)> handler) {
    assert(state_->called_by_owner("event_loop::on_signal"));
    return state_->watch_signals(std::span(numbers.begin(), numbers.size()), std::move(handler));
}

time_point event_loop::now() const noexcept {
    return state_->now();
}

sleep_operation event_loop::sleep(duration time) noexcept {
    return state_->sleep(time);
}

void event_loop::on_error(function<void(std::exception_ptr)> handler) {
    state_->on_error(std::move(handler));
}

void event_loop::on_log(log_level from, function<void(const log_record&)> handler) {
    state_->on_log(from, std::move(handler));
}

engine_kind event_loop::engine() const noexcept {
    return std::as_const(*state_).engine().kind();
}

std::error_code event_loop::engine_refused() const noexcept {
    return state_->engine_refused();
}

std::size_t event_loop::work_count() const noexcept {
    return state_->work();
}

turn_times event_loop::turn_times() const noexcept {
    return state_->turn_times();
}

driver& event_loop::driver() noexcept {
    return *state_;
}

// --- work guard

work_guard::work_guard(event_loop& loop) : state_(loop.state()) {
    state_->require_owner("work_guard");
    state_->work_started();
}

work_guard& work_guard::operator=(work_guard&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
}

void work_guard::reset() noexcept {
    if (const auto held = std::exchange(state_, nullptr)) held->work_finished();
}

} // namespace weft
