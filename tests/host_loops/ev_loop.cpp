// SPDX-License-Identifier: MIT
// libev as an application has it.
#include <ev.h>

#include <gtest/gtest.h>

#include <weft/hosts/ev.hpp>

#include "host_loops/foreign_loop.hpp"

namespace weft::testing {
namespace {

double seconds(duration delay) {
    return std::chrono::duration<double>(delay).count();
}

/// A watcher that calls a function, on the heap until it is stopped.
template <class Watcher, class Call>
struct own_watcher {
    Watcher watcher{};
    Call call;

    own_watcher(Call what, void (*called)(struct ev_loop*, Watcher*, int)) : call(std::move(what)) {
        ev_init(&watcher, called);
        watcher.data = this;
    }

    static own_watcher& of(Watcher* watcher) { return *static_cast<own_watcher*>(watcher->data); }
};

class ev_foreign_loop final : public foreign_loop {
public:
    ev_foreign_loop() {
        ev_init(&patience_, [](struct ev_loop*, ev_timer*, int) {});
    }

    ~ev_foreign_loop() override {
        unwatch();
        expect_as_many_references_as_watchers();
        ev_loop_destroy(loop_);
    }

    host_ops ops() override { return ev_host(loop_); }

    void turn(duration at_most) override {
        ev_now_update(loop_);
        ev_timer_set(&patience_, seconds(at_most), 0.);
        ev_timer_start(loop_, &patience_);
        ev_run(loop_, EVRUN_ONCE);
        ev_timer_stop(loop_, &patience_);
    }

    void call_after(duration delay, function<void()> rings) override {
        using alarm = own_watcher<ev_timer, function<void()>>;
        auto* once = new alarm(std::move(rings), [](struct ev_loop*, ev_timer* due, int) {
            auto call = std::move(alarm::of(due).call);
            delete &alarm::of(due);
            call();
        });
        ev_now_update(loop_);
        ev_timer_set(&once->watcher, seconds(delay), 0.);
        ev_timer_start(loop_, &once->watcher);
    }

    void run() override { ev_run(loop_, 0); }
    void quit() override { ev_break(loop_, EVBREAK_ONE); }
    bool ends_by_itself() const override { return true; }

    void watch(int descriptor, function<void()> readable) override {
        watch_ = std::make_unique<watcher>(
            std::move(readable), [](struct ev_loop*, ev_io* io, int) { watcher::of(io).call(); });
        ev_io_set(&watch_->watcher, descriptor, EV_READ);
        ev_io_start(loop_, &watch_->watcher);
    }

    void unwatch() override {
        if (!watch_) return;
        ev_io_stop(loop_, &watch_->watcher);
        watch_.reset();
    }

    void on_idle(function<bool()> work) override {
        using idler = own_watcher<ev_idle, function<bool()>>;
        auto* idle = new idler(std::move(work), [](struct ev_loop* loop, ev_idle* due, int) {
            if (idler::of(due).call()) return;
            ev_idle_stop(loop, due);
            delete &idler::of(due);
        });
        ev_idle_start(loop_, &idle->watcher);
    }

    std::optional<std::size_t> things() override { return std::nullopt; }

    void forked() override { ev_loop_fork(loop_); }

private:
    using watcher = own_watcher<ev_io, function<void()>>;

    /// With one timer the loop runs until that is due, neither shorter nor longer.
    void expect_as_many_references_as_watchers() {
        bool rang = false, ran_on = false;
        call_after(std::chrono::milliseconds(1), [&] { rang = true; });
        using alarm = own_watcher<ev_timer, function<void()>>;
        alarm late([&] { ran_on = true; },
                   [](struct ev_loop* loop, ev_timer* due, int) {
                       alarm::of(due).call();
                       ev_break(loop, EVBREAK_ALL);
                   });
        ev_timer_set(&late.watcher, 5., 0.);
        ev_timer_start(loop_, &late.watcher);
        ev_unref(loop_);
        ev_run(loop_, 0);
        ev_ref(loop_);
        ev_timer_stop(loop_, &late.watcher);
        EXPECT_TRUE(rang && !ran_on);
    }

    struct ev_loop* loop_ = ev_loop_new(EVFLAG_AUTO);
    ev_timer patience_{};
    std::unique_ptr<watcher> watch_;
};

const foreign_loop_registration ev_in_use("ev", [] { return std::make_unique<ev_foreign_loop>(); });

} // namespace
} // namespace weft::testing
