// SPDX-License-Identifier: MIT
// libuv as an application has it.
#include <uv.h>

#include <gtest/gtest.h>

#include <weft/hosts/uv.hpp>

#include "host_loops/foreign_loop.hpp"

namespace weft::testing {
namespace {

/// A handle that calls a function, on the heap until libuv has let go of it.
template <class Handle, class Call>
struct own_handle {
    Handle handle{};
    Call call;

    uv_handle_t* base() { return reinterpret_cast<uv_handle_t*>(&handle); }

    template <class Any>
    static own_handle& of(Any* handle) {
        return *static_cast<own_handle*>(handle->data);
    }

    void close() {
        uv_close(base(), [](uv_handle_t* closed) { delete &of(closed); });
    }
};

class uv_foreign_loop final : public foreign_loop {
public:
    uv_foreign_loop() {
        EXPECT_EQ(uv_loop_init(&loop_), 0);
        patience_.handle.data = &patience_;
        uv_timer_init(&loop_, &patience_.handle);
    }

    ~uv_foreign_loop() override {
        unwatch();
        uv_close(patience_.base(), nullptr);
        uv_run(&loop_, UV_RUN_DEFAULT);
        EXPECT_EQ(uv_loop_close(&loop_), 0);
    }

    host_ops ops() override { return uv_host(&loop_); }

    void turn(duration at_most) override {
        // Again and again: it may be due, and be gone, before libuv waits.
        start(patience_.handle, at_most, [](uv_timer_t*) {}, 1);
        uv_run(&loop_, at_most == duration::zero() ? UV_RUN_NOWAIT : UV_RUN_ONCE);
        uv_timer_stop(&patience_.handle);
    }

    void call_after(duration delay, function<void()> rings) override {
        using alarm = own_handle<uv_timer_t, function<void()>>;
        auto* once = new alarm{.call = std::move(rings)};
        uv_timer_init(&loop_, &once->handle);
        once->handle.data = once;
        start(once->handle, delay, [](uv_timer_t* due) {
            auto call = std::move(alarm::of(due).call);
            alarm::of(due).close();
            call();
        });
    }

    void run() override { uv_run(&loop_, UV_RUN_DEFAULT); }
    void quit() override { uv_stop(&loop_); }
    bool ends_by_itself() const override { return true; }

    void watch(int descriptor, function<void()> readable) override {
        watch_ = new watcher{.call = std::move(readable)};
        uv_poll_init(&loop_, &watch_->handle, descriptor);
        watch_->handle.data = watch_;
        uv_poll_start(&watch_->handle, UV_READABLE,
                      [](uv_poll_t* ready, int, int) { watcher::of(ready).call(); });
    }

    void unwatch() override {
        if (auto* last = std::exchange(watch_, nullptr)) last->close();
    }

    void on_idle(function<bool()> work) override {
        using idler = own_handle<uv_idle_t, function<bool()>>;
        auto* idle = new idler{.call = std::move(work)};
        uv_idle_init(&loop_, &idle->handle);
        idle->handle.data = idle;
        uv_idle_start(&idle->handle, [](uv_idle_t* due) {
            if (!idler::of(due).call()) idler::of(due).close();
        });
    }

    std::optional<std::size_t> things() override {
        std::size_t count = 0;
        uv_walk(
            &loop_, [](uv_handle_t*, void* into) { ++*static_cast<std::size_t*>(into); }, &count);
        return count;
    }

    void forked() override { EXPECT_EQ(uv_loop_fork(&loop_), 0); }

private:
    using watcher = own_handle<uv_poll_t, function<void()>>;

    void start(uv_timer_t& timer, duration delay, uv_timer_cb due, std::uint64_t repeat = 0) {
        uv_update_time(&loop_);
        const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(delay);
        uv_timer_start(&timer, due, static_cast<std::uint64_t>(rounded.count()), repeat);
    }

    uv_loop_t loop_{};
    own_handle<uv_timer_t, std::nullptr_t> patience_{};
    watcher* watch_ = nullptr;
};

/// The first loop of a process opens a pipe that libuv keeps.
const bool pipe_is_open = [] {
    uv_loop_t first;
    return uv_loop_init(&first) == 0 && uv_loop_close(&first) == 0;
}();

const foreign_loop_registration uv("uv", [] { return std::make_unique<uv_foreign_loop>(); });

} // namespace
} // namespace weft::testing
