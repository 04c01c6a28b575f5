// SPDX-License-Identifier: MIT
// A turn, and the ways to run turns: standalone until there is no more work, stepped, or as a
// guest.
#include "loop/loop_state.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include <weft/core/error.hpp>

#include "loop/system.hpp"

namespace weft {
namespace {

constexpr std::size_t receive_size_at_first = 16 * 1024;
constexpr budget one_handler{1, duration::max()};

/// The budget of a turn of `run`, so that `stop` takes effect within this time.
constexpr budget run_turn_budget{.time = std::chrono::milliseconds(10)};

/// Raises a budget to the smallest with which every turn makes progress.
budget at_least_one(budget limit) noexcept {
    return {std::max<std::size_t>(limit.handlers, 1), std::max(limit.time, duration(1))};
}

} // namespace

loop_state::loop_state(const loop_options& options)
    : engine_(make_engine(options, &engine_refused_)),
      system_random_(options.random ? nullptr : make_system_random()),
      random_(options.random ? options.random : system_random_.get()),
      hosts_file_(options.hosts_file),
      receive_size_max_(std::max<std::size_t>(options.receive_buffer_max, 1)),
      owner_name_(this_thread_name()), owner_(std::this_thread::get_id()) {
    memory().limit(options.memory_max);
    measures_turns_ = options.measure_turns;
    receive_size_ = std::min(receive_size_at_first, receive_size_max_);
}

loop_state::~loop_state() {
    close();
}

/// In virtual time, days are counted from the clock's start.
std::chrono::sys_seconds loop_state::utc() const noexcept {
    if (engine_->kind() != engine_kind::virtual_time) return driver::utc();
    const auto since_begin = engine_->now().time_since_epoch();
    return std::chrono::sys_seconds(std::chrono::floor<std::chrono::seconds>(since_begin));
}

void loop_state::close() noexcept {
    if (std::exchange(closed_, true)) return;
    stopped_ = true;
    await_outside_calls();
    if (signals_) std::exchange(signals_, nullptr)->close();
    driver::close();
    resolver_.reset();
    if (host_) host_->loop_closed();
}

// --- turns

/// Runs one turn: waits, collects what is ready, serves it within the budget, finishes.
bool loop_state::make_turn(budget limit, bool may_wait) {
    take_ownership();
    const turn here(*this, at_least_one(limit));
    const bool idle = may_wait && !work_waits() && !interrupted_;
    signalled_ = false;
    crowded_ = engine_->wait(idle ? earliest_deadline() : time_point::min());
    refresh_now();
    if (!measures_turns_ || depth() != 1) return serve_events(); // a nested turn is part of one
    const time_point began = read_clock();
    const bool did = serve_events();
    turn_times_.add(read_clock() - began);
    return did;
}

bool loop_state::serve_events() {
    bool did = false;
    if (interrupted_.exchange(false)) {
        interrupt_observers();
        did = true;
    }
    did |= serve();
    did |= finish_tasks();
    return did;
}

/// Clears the wake-up that handlers raised for a nested turn, since that work is done by now. A
/// wait of zero length clears it, and is cheaper than another wake-up of the host.
void loop_state::take_back_signal() {
    if (!shown_ || !signalled_ || in_turn() || !alive() || work_waits()) return;
    signalled_ = false;
    crowded_ |= engine_->wait(time_point::min());
}

/// Serves timers, posted functions and streams. After a turn that used up its budget, the next one
/// begins with the next kind of work, so that no kind starves another. Reading waits until the
/// functions that its handlers posted have run.
bool loop_state::serve() {
    constexpr std::array kinds{&loop_state::expire_timers, &loop_state::run_posted,
                               &loop_state::run_work};
    const std::size_t first = std::exchange(first_kind_, 0);
    bool did = false;
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        const std::size_t kind = (first + i) % kinds.size();
        did |= (this->*kinds[kind])();
        if (may_call()) continue;
        first_kind_ = (kind + 1) % kinds.size();
        const bool reads_next = kinds[first_kind_] == &loop_state::run_work;
        if (reads_next && posts_by_handlers_wait()) first_kind_ = 0;
        break;
    }
    return did;
}

/// Returns true in virtual time without work, since there are no outside events.
bool loop_state::nothing_can_happen() const noexcept {
    return engine_->kind() == engine_kind::virtual_time && !work_waits() && !interrupted_ &&
        earliest_deadline() == never;
}

std::size_t loop_state::run() {
    assert(!host_ && "an attached loop is run by its host");
    const auto self = shared_from_this(); // a handler may destroy the loop
    const std::size_t before = handlers_called();
    while (!stopped_ && alive() && work() != 0) {
        const bool did = make_turn(run_turn_budget, true);
        keep_contract();
        if (!did && nothing_can_happen()) break;
    }
    stopped_ = true;
    engine_->leave_thread();
    return handlers_called() - before;
}

std::size_t loop_state::run_one() {
    assert(!host_ && "an attached loop is run by its host");
    const auto self = shared_from_this();
    const std::size_t before = handlers_called();
    while (!stopped_ && alive() && work() != 0) {
        const bool did = make_turn(one_handler, true);
        keep_contract();
        if (handlers_called() != before) return handlers_called() - before;
        if (!did && nothing_can_happen()) break;
    }
    stopped_ = true;
    return 0;
}

std::size_t loop_state::poll(budget limit) {
    if (!alive()) return 0;
    const auto self = shared_from_this();
    const std::size_t before = handlers_called();
    make_turn(limit, false);
    keep_contract();
    return handlers_called() - before;
}

turn_result loop_state::run_ready(budget limit) {
    if (!alive()) return {};
    const auto self = shared_from_this();
    turn_result result;
    result.did_something = make_turn(limit, false);
    take_back_signal();
    keep_contract();
    if (closed_) return result;
    result.more_waiting = crowded_ || work_waits() || interrupted_ || earliest_deadline() <= now();
    return result;
}

void loop_state::stop() noexcept {
    set_and_wake(stopped_);
}

void loop_state::interrupt() noexcept {
    set_and_wake(interrupted_);
}

/// Sets the flag. A running loop checks again; a host is notified at once on the loop's own thread,
/// else in a turn.
void loop_state::perpetual(bool wanted) noexcept {
    const bool here = owner_ == std::this_thread::get_id();
    set_and_wake(perpetual_, wanted);
    if (here) work_changed();
}

/// Sets a flag from other threads and from signal handlers, hence without a lock. The new value may
/// let the loop end before the wake-up has returned.
void loop_state::set_and_wake(std::atomic<bool>& flag, bool value) noexcept {
    ++outside_calls_;
    flag = value;
    engine_->wake();
    --outside_calls_;
}

/// Waits for calls of other threads. A forked child does not have those threads, so it does not
/// wait.
void loop_state::await_outside_calls() const noexcept {
    while (outside_calls_ != 0 && engine_->in_own_process()) std::this_thread::yield();
}

// --- as a guest

/// Keeps the descriptor readable after a turn while there is more to do.
void loop_state::keep_contract() noexcept {
    if (!shown_ || closed_) return;
    network().submit(*this);
    work_changed(); // posted work may have come and gone without a notification
    if (crowded_ || work_waits() || interrupted_) work_arrived();
    engine_->set_timer(earliest_deadline());
    if (on_strand_ && !in_turn()) leave_to_strand();
}

std::error_code loop_state::check_alive() const noexcept {
    if (!engine_->in_own_process()) return errc::forked;
    return closed_ ? make_error_code(errc::gone) : std::error_code();
}

void loop_state::work_arrived() noexcept {
    if (!shown_ || closed_ || std::exchange(signalled_, true)) return;
    engine_->wake();
}

/// Notifies the host, which may end its own loop when there is no work left.
void loop_state::work_changed() noexcept {
    if (!host_ || had_work_ == (work() != 0) || !engine_->in_own_process()) return;
    had_work_ = !had_work_;
    host_->work_changed(had_work_);
}

result<int> loop_state::descriptor() {
    const auto shown = engine_->descriptor();
    if (!shown || std::exchange(shown_, true)) return shown;
    keep_contract();
    return shown;
}

std::optional<duration> loop_state::next_timeout() const {
    const time_point earliest = earliest_deadline();
    if (earliest == never) return std::nullopt;
    const time_point present = now();
    return earliest <= present ? duration::zero() : earliest - present;
}

std::error_code loop_state::attach(host_link& host, bool on_strand) noexcept {
    if (closed_) return errc::gone;
    if (host_) return errc::already_attached;
    host_ = &host;
    had_work_ = false;
    on_strand_ = on_strand;
    if (on_strand) leave_to_strand();
    return {};
}

void loop_state::detach() noexcept {
    host_link* const host = std::exchange(host_, nullptr);
    if (std::exchange(on_strand_, false)) {
        own();
        owner_ = std::this_thread::get_id();
    }
    if (!std::exchange(had_work_, false) || !engine_->in_own_process()) return;
    host->work_changed(false);
}

// --- memory

std::span<std::byte> loop_state::receive_buffer() noexcept {
    try {
        if (buffers_.size() < depth()) buffers_.resize(depth());
        receive_memory& here = buffers_[depth() - 1];
        if (here.size < receive_size_) {
            here.bytes = std::make_unique_for_overwrite<std::byte[]>(receive_size_);
            here.size = receive_size_;
        }
    } catch (const std::bad_alloc&) {
        if (buffers_.size() < depth()) return {};
    }
    receive_memory& here = buffers_[depth() - 1]; // a smaller buffer is sufficient
    return {here.bytes.get(), here.size};
}

void loop_state::buffer_was_filled() noexcept {
    receive_size_ = std::min(receive_size_ * 2, receive_size_max_);
}

// --- names

void loop_state::resolver(weft::resolver names) {
    resolver_given_ = true;
    resolver_ = names ? std::make_shared<weft::resolver>(std::move(names)) : nullptr;
}

/// There is no system resolver in virtual time, in which its answer could never arrive.
std::shared_ptr<weft::resolver> loop_state::resolver() {
    const bool by_system = !resolver_given_ && engine_->kind() != engine_kind::virtual_time;
    if (!resolver_ && by_system && alive()) {
        resolver_ = std::make_shared<weft::resolver>(make_system_resolver());
    }
    return resolver_;
}

// --- signals

result<void> loop_state::watch_signals(std::span<const int> numbers, function<void(int)> handler) {
    if (closed_) return failure(errc::gone);
    if (numbers.empty()) {
        if (signals_) std::exchange(signals_, nullptr)->close();
        return {};
    }
    if (signals_) {
        if (const auto why = signals_->replace(numbers, std::move(handler))) return failure(why);
        return {};
    }
    const auto made = begin_signal_watch(*this, numbers, std::move(handler));
    if (!made) return failure(made.error());
    signals_ = *made;
    return {};
}

// --- threads

/// Changes the owner: a loop that no thread is running may be run by another thread than before.
void loop_state::take_ownership() {
    if (in_turn()) require_owner("event_loop::run");
    if (owned_here()) return;
    own();
    owner_ = std::this_thread::get_id();
    owner_name_ = this_thread_name();
}

/// Leaves the loop without an owner: the next turn may come on another thread, and so may a call
/// before it, since the loop cannot know which thread is on the strand.
void loop_state::leave_to_strand() noexcept {
    disown();
    owner_ = std::thread::id();
}

void loop_state::post(function<void()> work) {
    // On another thread, use nothing of this after the post: the posted function may have ended the
    // loop.
    const auto box = mailbox();
    const bool here = owner_ == std::this_thread::get_id();
    if (box->post(std::move(work)) && here) work_changed();
}

std::string loop_state::describe_thread(std::thread::id which) const {
    const auto name = which == std::this_thread::get_id() ? this_thread_name() : owner_name_;
    return '"' + name + "\" (" + driver::describe_thread(which) + ")";
}

} // namespace weft
