// SPDX-License-Identifier: MIT
// uloop as an application has it: the one of the process.
extern "C" {
#include <libubox/uloop.h>
}

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include <weft/hosts/uloop.hpp>

#include "host_loops/foreign_loop.hpp"

namespace weft::testing {
namespace {

int milliseconds(duration delay) {
    return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(delay).count());
}

/// A timer that calls a function once, on the heap until then.
struct alarm : uloop_timeout {
    explicit alarm(function<void()> rings) : uloop_timeout{}, call(std::move(rings)) {
        cb = [](uloop_timeout* due) {
            const std::unique_ptr<alarm> once(static_cast<alarm*>(due));
            once->call();
        };
    }
    function<void()> call;
};

/// A timer that is always due.
struct idler : uloop_timeout {
    explicit idler(function<bool()> what) : uloop_timeout{}, work(std::move(what)) {
        cb = [](uloop_timeout* due) {
            auto* const idle = static_cast<idler*>(due);
            if (!idle->work()) return delete idle;
            uloop_timeout_set(idle, 1);
        };
    }
    function<bool()> work;
};

class uloop_foreign_loop final : public foreign_loop {
public:
    uloop_foreign_loop() { EXPECT_EQ(uloop_init(), 0); }

    ~uloop_foreign_loop() override {
        unwatch();
        uloop_done();
    }

    host_ops ops() override { return uloop_host(); }

    /// uloop calls its timers and then waits, whether they did something or not.
    void turn(duration at_most) override {
        const int next = uloop_get_next_timeout();
        const int longest = milliseconds(at_most);
        uloop_run_timeout(next < 0 ? longest : std::min(longest, next));
    }

    void call_after(duration delay, function<void()> rings) override {
        uloop_timeout_set(new alarm(std::move(rings)), milliseconds(delay));
    }

    void run() override { uloop_run(); }
    void quit() override { uloop_end(); }
    bool ends_by_itself() const override { return false; }

    void watch(int descriptor, function<void()> readable) override {
        watch_.call = std::move(readable);
        watch_.cb = [](uloop_fd* ready, unsigned) { static_cast<watcher*>(ready)->call(); };
        watch_.fd = descriptor;
        uloop_fd_add(&watch_, ULOOP_READ);
    }

    void unwatch() override { uloop_fd_delete(&watch_); }

    void on_idle(function<bool()> work) override {
        uloop_timeout_set(new idler(std::move(work)), 0);
    }

    std::optional<std::size_t> things() override { return std::nullopt; }

    bool survives_fork() const override { return false; } // it shares a set

private:
    struct watcher : uloop_fd {
        watcher() : uloop_fd{} {}
        function<void()> call;
    };

    watcher watch_;
};

const foreign_loop_registration uloop_in_use(
    "uloop", [] { return std::make_unique<uloop_foreign_loop>(); }, false);

} // namespace
} // namespace weft::testing
