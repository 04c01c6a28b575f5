// SPDX-License-Identifier: MIT
// Raw connections kept, and all of them ended.
#include "endpoint/raw_set.hpp"

#include <utility>

#include <weft/core/error.hpp>

#include "stream/room_for_one.hpp"

namespace weft {

raw_set::raw_set(weft::driver& owner, raw_route shared)
    : driver_(owner), shared_(std::move(shared)) {
    driver_.take_place(*this);
    driver_.enroll(*this);
}

// --- connections

raw_connection& raw_set::add(raw_route& by, std::unique_ptr<raw_connection::details> own) {
    make_room_for_one(connections_);
    auto* added = new raw_connection(*this, by, std::move(own));
    added->index_ = static_cast<std::uint32_t>(connections_.size());
    added->walked_ = walked_;
    connections_.push_back(added);
    return *added;
}

raw_connection& raw_set::serve(std::unique_ptr<stream>&& connected,
                               std::span<const std::byte> already_read) {
    raw_connection& served = add(shared_, nullptr);
    try {
        served.receive_early(already_read);
    } catch (const std::bad_alloc&) {
        served.dismiss();
        throw;
    }
    served.attach(std::move(connected));
    return served;
}

raw_connection& raw_set::begin_dial(raw_handlers&& what, const raw_options& options,
                                    duration connect_timeout) {
    auto own = std::make_unique<raw_connection::details>();
    own->own_route = std::make_unique<raw_route>(raw_route{std::move(what), options});
    raw_route& by = *own->own_route;
    raw_connection& dialled = add(by, std::move(own));
    dialled.until_ = deadline_after(driver_.now(), connect_timeout);
    dialled.update_timer();
    return dialled;
}

raw_connection& raw_set::add_file() {
    raw_connection& added = add(shared_, nullptr);
    added.lingers_ = false;
    return added;
}

raw_connection* raw_set::only() const noexcept {
    return connections_.empty() || connections_.front()->ended_ ? nullptr : connections_.front();
}

void raw_set::remove(raw_connection& gone) noexcept {
    raw_connection* last = connections_.back();
    connections_[gone.index_] = last;
    last->index_ = gone.index_;
    connections_.pop_back();
    if (gone_hears_) gone_hears_();
    if (gone.awaited_ && --awaited_ == 0 && shutting_down_) driver_.defer(*this);
}

/// Calls `visit` once for each connection, which may end any of them: one that ends leaves its
/// place to the last, so the marks say whom a walk from the end sees for the second time.
template <class Visit>
void raw_set::walk(Visit&& visit) {
    const bool mark = walked_ = !walked_;
    for (auto at = connections_.size(); at-- != 0;) {
        if (at >= connections_.size()) continue; // several have ended
        raw_connection& one = *connections_[at];
        if (one.walked_ == mark) continue;
        one.walked_ = mark;
        visit(one);
    }
}

void raw_set::for_each(function<void(raw_connection&)>& visit) {
    walk([&](raw_connection& one) {
        if (!one.ended_) visit(one);
    });
}

// --- the end

void raw_set::shut_down(time_point deadline, function<void()> done) {
    prepare_shutdown();
    on_shutdown(deadline, std::move(done));
}

void raw_set::prepare_shutdown() {
    make_room_for_one(done_);
}

void raw_set::on_shutdown(time_point deadline, function<void()> done) noexcept {
    if (done) done_.push_back(std::move(done)); // there is room
    if (!std::exchange(shutting_down_, true)) driver_.work_started();
    for (raw_connection* one : connections_) {
        one->awaited_ = true;
        one->end_for_shutdown();
    }
    awaited_ = connections_.size();
    driver_.arm(*this, deadline);
    driver_.defer(*this);
}

void raw_set::stop(std::error_code why) noexcept {
    for (raw_connection* one : connections_) one->end_at_once(why);
    // Those whose end has been told only wait for the peer.
    for (auto at = connections_.size(); at-- != 0;) {
        if (connections_[at]->ended_) connections_[at]->die();
    }
}

void raw_set::expire() noexcept {
    stop(errc::shut_down);
}

void raw_set::run() noexcept {
    if (!shutting_down_ || awaited_ != 0) return;
    shutting_down_ = false;
    driver_.disarm(*this);
    driver_.work_finished();
    call_done();
}

/// One that destroys the endpoint returns after all of them have been called.
void raw_set::call_done() noexcept {
    call_due();
    std::swap(done_, due_);
    call_due();
}

void raw_set::call_due() noexcept {
    while (!due_.empty()) {
        auto next = std::move(due_.front());
        due_.erase(due_.begin());
        call(next);
    }
}

void raw_set::call(function<void()>& handler) noexcept {
    const driver::activity running(driver_, *this);
    driver_.handler_called();
    try {
        handler();
    } catch (...) {
        driver_.handler_threw(std::current_exception());
    }
}

void raw_set::drop_all() noexcept {
    gone_ = true;
    if (std::exchange(shutting_down_, false)) driver_.work_finished();
    driver_.disarm(*this);
    driver_.cancel(*this);
    while (!connections_.empty()) connections_.back()->dismiss();
}

void raw_set::dismiss() noexcept {
    driver_.leave(*this);
    drop_all(); // also what was begun after the driver had closed
    call_done();
    driver_.bury(this);
}

void raw_set::on_driver_closed() noexcept {
    drop_all();
    call_done();
}

void raw_set::on_interrupt() {
    const auto interrupt = [this](raw_route& which) {
        if (!gone_ && which.handlers.interrupt) call(which.handlers.interrupt);
    };
    interrupt(shared_);
    walk([&](raw_connection& one) {
        if (one.route_ != &shared_) interrupt(*one.route_);
    });
}

} // namespace weft
