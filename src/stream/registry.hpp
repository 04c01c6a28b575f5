// SPDX-License-Identifier: MIT
// The registry of the members of one endpoint, such as its connections: iterates over them, counts
// their memory, and ends all of them. After the endpoint is destroyed, the registry exists until
// the end of the turn.
#pragma once

#include <system_error>
#include <utility>
#include <vector>

#include <weft/core/error.hpp>
#include <weft/core/memory_account.hpp>
#include <weft/stream/driver.hpp>

#include "stream/member_table.hpp"
#include "stream/reserve_one.hpp"

namespace weft {

/// A `Member` has `index_` for the table, the flags `awaited_` and `ended_`, and functions that end
/// it: `end_for_shutdown`, `end_at_once`, `die`, and `dismiss`, which calls no handler. Its static
/// function `keep_budget` ends the members that hold the most memory.
template <class Member>
class registry : public timed_work_item, public driver_observer {
public:
    explicit registry(weft::driver& owner) : driver_(owner), memory_(&owner.memory()) {
        driver_.take_place(*this);
        driver_.enroll(*this);
    }

    [[nodiscard]] weft::driver& driver() const noexcept { return driver_; }
    [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }

    /// The memory that the members hold.
    [[nodiscard]] memory_account& memory() noexcept { return memory_; }
    void memory_max(std::size_t bytes) noexcept {
        memory_.limit(bytes);
        Member::keep_budget(memory_);
    }

    /// Calls `action` for each member whose end has not been reported. `action` may end members,
    /// add members, and start nested iterations.
    void for_each(function<void(Member&)>& action) {
        walk([&](Member& one) {
            if (!one.ended_) action(one);
        });
    }

    /// Ends all members by `deadline`, then calls `done`. Throws std::bad_alloc; then nothing was
    /// done.
    void shut_down(time_point deadline, function<void()> done) {
        prepare_shutdown();
        on_shutdown(deadline, std::move(done));
    }
    void stop(std::error_code why) noexcept {
        walk([&](Member& one) {
            one.end_at_once(why);
            if (one.ended_) one.die(); // otherwise it would wait for the peer to close
        });
    }
    [[nodiscard]] bool shutting_down() const noexcept { return shutting_down_; }

    /// Ends the registry of a destroyed endpoint: destroys all members, calls no handler but a
    /// pending `done`, and retires itself.
    void dismiss() noexcept {
        driver_.leave(*this);
        drop_all(); // includes members that were added after the driver had closed
        call_done();
        driver_.retire(this);
    }

    /// Makes room for two calls of `add_done`: a shutdown may end a drain, which has its own.
    void prepare_shutdown() override {
        if (done_.capacity() - done_.size() < 2) done_.reserve(done_.size() * 2 + 16);
    }

    void on_shutdown(time_point deadline, function<void()> done) noexcept override {
        add_done(std::move(done));
        if (!std::exchange(shutting_down_, true)) driver_.work_started();
        walk([](Member& one) { one.awaited_ = true; });
        awaited_ = members_.size();
        walk([](Member& one) { one.end_for_shutdown(errc::shut_down); });
        rounds_ = 0;
        driver_.arm(*this, deadline);
        driver_.defer(*this);
    }

    void on_driver_closed() noexcept override {
        drop_all();
        call_done();
    }

protected:
    [[nodiscard]] const member_table<Member>& members() const noexcept { return members_; }

    /// Adds the member that `make` creates. Throws std::bad_alloc; then nothing was done.
    template <class Make>
    Member& add_made(Make&& make) {
        members_.reserve_one();
        Member* const added = make();
        members_.add(*added);
        return *added;
    }

    /// Adds a function to call when a shutdown is complete; `prepare_shutdown` has made room.
    void add_done(function<void()> done) noexcept {
        if (done) done_.push_back(std::move(done));
    }

    void take_out(Member& gone) noexcept {
        members_.remove(gone);
        if (gone.awaited_ && --awaited_ == 0 && shutting_down_) driver_.defer(*this);
    }

    /// See `member_table::for_each`.
    template <class Action>
    void walk(Action&& action) {
        members_.for_each(action);
    }

    /// Calls an `interrupt` handler, unless an earlier handler has destroyed the endpoint.
    void interrupt(function<void()>& handler) noexcept {
        if (!gone_ && handler) driver_.call(*this, handler);
    }

private:
    static constexpr int rounds_max = 8;

    /// Waits for a few rounds of work, because input that arrived before the deadline counts; then
    /// ends all members.
    void expire() noexcept override {
        if (rounds_++ == rounds_max) return stop(errc::shut_down);
        driver_.defer(*this);
    }

    void run() noexcept override {
        if (!shutting_down_) return;
        if (awaited_ != 0) {
            if (rounds_ != 0 && rounds_ <= rounds_max) driver_.arm(*this, driver_.now());
            return;
        }
        shutting_down_ = false;
        driver_.disarm(*this);
        driver_.work_finished();
        call_done();
    }

    /// Calls all pending `done` functions. If one of them destroys the endpoint, `dismiss` calls
    /// the rest.
    void call_done() noexcept {
        call_due();
        std::swap(done_, due_);
        call_due();
    }

    void call_due() noexcept {
        while (!due_.empty()) {
            auto next = std::move(due_.front());
            due_.erase(due_.begin());
            driver_.call(*this, next);
        }
    }

    void drop_all() noexcept {
        gone_ = true;
        if (std::exchange(shutting_down_, false)) driver_.work_finished();
        driver_.disarm(*this);
        driver_.cancel(*this);
        while (!members_.empty()) members_.back().dismiss();
    }

    weft::driver& driver_;
    memory_account memory_;
    member_table<Member> members_;
    std::vector<function<void()>> done_;
    std::vector<function<void()>> due_; // those of `done_` that are being called
    std::size_t awaited_ = 0; // members that a shutdown waits for; members added later do not count
    int rounds_ = 0; // rounds of work since the deadline of a shutdown passed
    bool shutting_down_ = false;
    bool gone_ = false;
};

} // namespace weft
