// SPDX-License-Identifier: MIT
// libevent as an application has it: a base with priorities, which knows of no threads.
#include <event2/event.h>

#include <gtest/gtest.h>

#include <memory>

#include <weft/hosts/event.hpp>

#include "host_loops/foreign_loop.hpp"

namespace weft::testing {
namespace {

timeval as_timeval(duration delay) {
    const auto rounded = std::chrono::ceil<std::chrono::microseconds>(delay).count();
    return {rounded / 1'000'000, rounded % 1'000'000};
}

/// Counts what is there; libevent's own is not.
int count_one(const event_base*, const event*, void* into) {
    ++*static_cast<std::size_t*>(into);
    return 0;
}

class event_foreign_loop final : public foreign_loop {
public:
    event_foreign_loop() {
        event_base_priority_init(base_, 3);
        patience_ = event_new(
            base_, -1, 0, [](evutil_socket_t, short, void*) {}, nullptr);
    }

    ~event_foreign_loop() override {
        unwatch();
        event_free(patience_);
        EXPECT_EQ(event_base_dispatch(base_), 1) << "it says that it has no events";
        EXPECT_EQ(event_base_get_num_events(base_, EVENT_BASE_COUNT_ADDED), 0);
        EXPECT_EQ(*things(), 0U);
        event_base_free(base_);
    }

    host_ops ops() override { return event_host(base_); }

    void turn(duration at_most) override {
        const auto patience = as_timeval(at_most);
        event_add(patience_, &patience);
        event_base_loop(base_, EVLOOP_ONCE);
        event_del(patience_);
    }

    void call_after(duration delay, function<void()> rings) override {
        const auto due = as_timeval(delay);
        event_base_once(
            base_, -1, EV_TIMEOUT,
            [](evutil_socket_t, short, void* data) {
                const std::unique_ptr<function<void()>> call(static_cast<function<void()>*>(data));
                (*call)();
            },
            new function<void()>(std::move(rings)), &due);
    }

    bool nests() const override { return false; }

    void run() override { event_base_dispatch(base_); }
    void quit() override { event_base_loopbreak(base_); }
    bool ends_by_itself() const override { return true; }

    void watch(int descriptor, function<void()> readable) override {
        readable_ = std::move(readable);
        watch_ = event_new(
            base_, descriptor, EV_READ | EV_PERSIST,
            [](evutil_socket_t, short, void* me) {
                static_cast<event_foreign_loop*>(me)->readable_();
            },
            this);
        event_add(watch_, nullptr);
    }

    void unwatch() override {
        if (auto* last = std::exchange(watch_, nullptr)) event_free(last);
    }

    void on_idle(function<bool()> work) override {
        auto* idle = new idler{nullptr, std::move(work)};
        idle->due = event_new(base_, -1, 0, idler::work_off, idle);
        idle->again();
    }

    std::optional<std::size_t> things() override {
        std::size_t count = 0;
        event_base_foreach_event(base_, count_one, &count);
        return count;
    }

    void forked() override { EXPECT_EQ(event_reinit(base_), 0); }

private:
    /// A timer that is always due. A lower priority would wait for all that is always ready.
    struct idler {
        event* due;
        function<bool()> work;

        void again() {
            const timeval now{};
            event_add(due, &now);
        }

        static void work_off(evutil_socket_t, short, void* me) {
            auto* const idle = static_cast<idler*>(me);
            if (idle->work()) return idle->again();
            event_free(idle->due);
            delete idle;
        }
    };

    event_base* base_ = event_base_new();
    event* patience_;
    event* watch_ = nullptr;
    function<void()> readable_;
};

const foreign_loop_registration event_in_use("event",
                                             [] { return std::make_unique<event_foreign_loop>(); });

} // namespace
} // namespace weft::testing
