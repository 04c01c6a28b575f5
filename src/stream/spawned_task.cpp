// SPDX-License-Identifier: MIT
// Begins, stops and ends a spawned task, and destroys it when its driver ends.
#include "stream/spawned_task.hpp"

#include <new>
#include <utility>

#include <weft/stream/spawn.hpp>

namespace weft {

void spawn(driver& on, task<void> what, stop_token until) {
    spawn(on, std::move(what), std::move(until), nullptr);
}

void spawn(driver& on, task<void> what, stop_token until, std::shared_ptr<void> keeps) {
    on.require_owner("weft::spawn");
    spawned_task::make(on, std::move(what), std::move(until), std::move(keeps)).begin_later();
}

spawned_task& spawned_task::make(weft::driver& on, task<void> what, stop_token until,
                                 std::shared_ptr<void> keeps, failure_handler failed) {
    std::shared_ptr<link> shared;
    if (until.stop_possible()) shared = std::make_shared<link>();
    auto* const made = new spawned_task(on, std::move(what), std::move(keeps), std::move(failed));
    if (!shared) return *made;
    shared->target = made;
    made->link_ = shared;
    made->stopping_ = until.stop_requested();
    made->on_stop_.emplace(std::move(until), stop_poster{on.mailbox(), std::move(shared)});
    return *made;
}

spawned_task::spawned_task(weft::driver& on, task<void>&& what, std::shared_ptr<void>&& keeps,
                           failure_handler&& failed) noexcept
    : task_context(on), keeps_(std::move(keeps)), task_(std::move(what)),
      failed_(std::move(failed)) {
    top_ = task_.enter(*this);
    on.enroll(*this);
    on.work_started();
}

// A stop that is requested meanwhile on another thread is posted, and then finds no target.
spawned_task::~spawned_task() {
    if (link_) link_->target = nullptr;
}

void spawned_task::stop_poster::operator()() const noexcept {
    try {
        to->post([target = target] {
            if (target->target) target->target->stop();
        });
    } catch (const std::bad_alloc&) {
        return;
    }
}

void spawned_task::run() noexcept {
    work_item handler; // this object may end within the call
    driver_.call(handler, [&] { begin_now(); });
}

void spawned_task::ended() noexcept {
    over_ = true;
}

void spawned_task::destroy() noexcept {
    weft::driver& on = driver_;
    on.leave(*this);
    on.work_finished();
    if (!closed_) {
        if (auto thrown = task_.exception()) {
            failed_ ? failed_(std::move(thrown)) : on.handler_threw(std::move(thrown));
        }
    }
    delete this;
}

void spawned_task::on_driver_closed() noexcept {
    closed_ = over_ = true;
    if (!running()) destroy();
}

} // namespace weft
