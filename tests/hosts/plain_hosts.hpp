// SPDX-License-Identifier: MIT
// Loops as applications write them, with the three functions of a host: waiting by select(2),
// poll(2) and epoll(7), the latter level-triggered, edge-triggered and one-shot; and a dispatcher.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <weft/testing/host_under_test.hpp>

#include "support/queue_dispatcher.hpp"

namespace weft::testing {

/// What waits for descriptors; it tells those that are readable, after at most so long.
class plain_waiter {
public:
    virtual ~plain_waiter() = default;

    virtual void add(int descriptor) = 0;
    virtual void remove(int descriptor) = 0;

    /// A turn for `descriptor` comes, in which it may be waited for.
    virtual void calling(int) {}

    [[nodiscard]] virtual std::vector<int> wait(duration at_most) = 0;
};

[[nodiscard]] std::unique_ptr<plain_waiter> make_select_waiter();
[[nodiscard]] std::unique_ptr<plain_waiter> make_poll_waiter();

/// With EPOLLET, EPOLLONESHOT or nothing.
[[nodiscard]] std::unique_ptr<plain_waiter> make_epoll_waiter(unsigned flags);

/// The timers of a loop's own.
class plain_alarms {
public:
    void add(duration delay, function<void()> rings);
    void ring_what_is_due();
    [[nodiscard]] bool empty() const { return all_.empty(); }

    /// The time until the first, or `at_most`.
    [[nodiscard]] duration left(duration at_most) const;

private:
    using clock = std::chrono::steady_clock;

    std::multimap<clock::time_point, function<void()>> all_;
};

/// A loop with callbacks for descriptors and for deadlines, and a `run` that ends for lack of work.
///
/// What it does is split, so that a faulty host can do one part of it wrong.
class plain_loop : public host_under_test {
public:
    explicit plain_loop(std::unique_ptr<plain_waiter> waiter) : waiter_(std::move(waiter)) {}

    host_ops ops() override;
    void turn(duration at_most) override;
    void call_after(duration delay, function<void()> rings) override;
    bool ends_by_itself() const override { return true; }
    void run() override;
    void quit() override { quit_ = true; }

protected:
    struct watched_loop {
        int descriptor = -1;
        function<void()> turn;
        bool working = false;
    };
    using attachment = std::shared_ptr<watched_loop>;

    virtual result<void> watch(const attachment& which, int descriptor, function<void()> turn);
    virtual void unwatch(const attachment& which, function<void()> done);
    virtual void work(const attachment& which, bool any) { which->working = any; }
    virtual void readable(const attachment& which) { which->turn(); }

    [[nodiscard]] plain_waiter& waiter() { return *waiter_; }

    std::map<int, attachment> attachments_;

private:
    plain_alarms alarms_;
    std::unique_ptr<plain_waiter> waiter_;
    bool quit_ = false;
};

/// A message dispatcher, which watches nothing.
class plain_dispatcher final : public host_under_test {
public:
    host_ops ops() override;
    void turn(duration at_most) override;
    void call_after(duration delay, function<void()> rings) override;

private:
    queue_dispatcher queue_;
    plain_alarms alarms_;
};

struct plain_host {
    std::string name;
    host_factory make;

    friend std::ostream& operator<<(std::ostream& to, const plain_host& which) {
        return to << which.name;
    }
};

[[nodiscard]] std::vector<plain_host> all_plain_hosts();

} // namespace weft::testing
