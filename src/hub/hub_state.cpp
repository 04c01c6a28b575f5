// SPDX-License-Identifier: MIT
// Starts and closes a hub, passes publications and reads to the broker, and runs deferred work and
// the timer.
#include "hub/hub_state.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include <weft/core/error.hpp>
#include <weft/hub/memory_broker.hpp>

#include "hub/scope_guard.hpp"

namespace weft {

hub_state::hub_state(weft::driver& on, hub_options&& options)
    : driver_(on), options_(std::move(options)), broker_(options_.broker) {}

hub_state::~hub_state() {
    while (!members_.empty()) {
        member& last = members_.back();
        members_.remove(last);
        delete &last;
    }
    free_gone();
}

void hub_state::start() {
    driver_.take_place(*this);
    if (!broker_) broker_ = std::make_shared<memory_broker>();
    shared_ = std::make_shared<hub_handle::shared>();
    shared_->mailbox = driver_.mailbox();
    shared_->hub = this;
    std::byte random[sizeof presence_prefix_];
    driver_.random().fill(random);
    for (const std::byte one : random) {
        presence_prefix_ = presence_prefix_ << 8 | std::to_integer<std::uint64_t>(one);
    }
    session_ = broker_->open(*this, driver_);
    driver_.enroll(*this);
    if (options_.check_interval > duration::zero()) {
        check_at_ = later(driver_.now(), options_.check_interval);
        driver_.arm(*this, check_at_);
    }
}

/// The rest is freed when the last function on the stack has returned.
void hub_state::close() noexcept {
    if (std::exchange(closed_, true)) return;
    const auto keep = shared_from_this();
    shared_->hub = nullptr;
    members_.for_each([](const member& one) {
        if (one.place.run) output_run::leave(*one.to);
    });
    driver_.leave(*this);
    driver_.cancel(*this);
    driver_.disarm(*this);
    session_.reset();
}

hub_handle hub_state::handle() {
    return hub_handle(shared_);
}

// --- publishing and reading

history_limits hub_state::history_limits_of(std::string_view name) noexcept {
    history_limits limits = options_.history;
    if (options_.history_of) guarded([&] { limits = options_.history_of(name); });
    return limits;
}

void hub_state::publish(std::string_view name, publication&& what, const publish_options& options,
                        completion<position>&& done) {
    if (closed_) return;
    driver_.require_owner("hub::publish");
    const scope_guard during(*this);
    if (name.empty()) return answer<position>(std::move(done), failure(errc::bad_argument));
    const auto limits = history_limits_of(name);
    if (closed_) return;
    session_->publish(name, std::move(what), options, limits,
                      guarded_completion(std::move(done)));
}

void hub_state::history(std::string_view name, const history_query& query,
                        completion<history_page>&& done) {
    if (closed_) return;
    driver_.require_owner("hub::history");
    const scope_guard during(*this);
    session_->history(name, query, guarded_completion(std::move(done)));
}

void hub_state::presence(std::string_view name, completion<std::vector<presence_entry>>&& done) {
    if (closed_) return;
    driver_.require_owner("hub::presence");
    const scope_guard during(*this);
    session_->presence(name, guarded_completion(std::move(done)));
}

// --- rounds of work

void hub_state::run() noexcept {
    if (closed_) return;
    const scope_guard during(*this);
    begin_joins();
    call_announced();
}

/// Repeats what has failed, and compares the positions of all topics if that is due.
void hub_state::expire() noexcept {
    if (closed_) return;
    const scope_guard during(*this);
    const bool check = driver_.now() >= check_at_;
    if (check) check_at_ = later(driver_.now(), options_.check_interval);
    retry_at_ = never;
    each_topic([&](topic& which) {
        if (which.at == topic::state::new_topic) ask_broker(which);
        queue_joins(which);
        if (which.prefix || which.at != topic::state::live) return;
        const bool again = std::exchange(which.retry, false);
        if (again) which.reading = false;
        if (check || again || !which.early.empty()) catch_up(which);
    });
    if (!closed_) driver_.arm(*this, std::min(check_at_, retry_at_));
}

void hub_state::on_interruption() noexcept {
    if (closed_) return;
    const scope_guard during(*this);
    each_topic([&](topic& which) {
        if (!which.prefix && which.at == topic::state::live) catch_up(which);
    });
}

/// Calls `action` for each topic and prefix. It may add and remove topics, and close the hub. If it
/// runs out of memory for one, `expire` reads that one again.
template <class Action>
void hub_state::each_topic(Action&& action) noexcept {
    topic* next = topics_.first();
    while (next && !closed_) {
        topic& one = *next;
        const scope_guard during(*this, &one); // so that it stays in the list
        try {
            action(one);
        } catch (const std::bad_alloc&) {
            read_again(one);
        }
        next = one.next;
    }
}

/// Schedules a call of `expire`, which compares the topic with the broker's.
void hub_state::read_again(topic& which) noexcept {
    which.retry = true;
    retry();
}

/// Schedules a call of `expire`, which repeats what has failed.
void hub_state::retry() noexcept {
    retry_at_ = std::min(retry_at_, later(driver_.now(), options_.retry_delay));
    driver_.move_deadline(*this, retry_at_);
}

} // namespace weft
