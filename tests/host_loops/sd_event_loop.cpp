// SPDX-License-Identifier: MIT
// sd-event as an application has it. Its own run ends by a flag: after sd_event_exit a loop cannot
// be run again.
#include <sys/epoll.h>
#include <systemd/sd-event.h>

#include <gtest/gtest.h>

#include <weft/hosts/sd_event.hpp>

#include "host_loops/foreign_loop.hpp"

namespace weft::testing {
namespace {

/// What a source calls; it dies with the source.
template <class Call>
struct source_call {
    Call call;

    static source_call& of(void* which) { return *static_cast<source_call*>(which); }
    static void destroy(void* which) { delete &of(which); }
};

class sd_event_foreign_loop final : public foreign_loop {
public:
    sd_event_foreign_loop() { EXPECT_GE(sd_event_new(&event_), 0); }

    ~sd_event_foreign_loop() override {
        unwatch();
        bool ended = false;
        sd_event_source* last = nullptr;
        sd_event_add_exit(
            event_, &last, [](sd_event_source*, void*) { return 0; }, &ended);
        sd_event_source_set_destroy_callback(last,
                                             [](void* what) { *static_cast<bool*>(what) = true; });
        leave_to_loop(last);
        sd_event_unref(event_);
        EXPECT_TRUE(ended) << "a source of somebody's holds the loop";
    }

    host_ops ops() override { return sd_event_host(event_); }
    [[nodiscard]] bool nests() const override { return false; }
    [[nodiscard]] bool survives_fork() const override { return false; } // ECHILD from all calls

    void turn(duration at_most) override { sd_event_run(event_, microseconds(at_most)); }

    void call_after(duration delay, function<void()> rings) override {
        using alarm = source_call<function<void()>>;
        auto* const call = new alarm{std::move(rings)};
        sd_event_source* timer = nullptr;
        sd_event_add_time(
            event_, &timer, CLOCK_MONOTONIC, monotonic_now() + microseconds(delay), 1,
            [](sd_event_source* due, std::uint64_t, void* which) {
                auto last = std::move(alarm::of(which).call);
                sd_event_source_disable_unref(due);
                last();
                return 0;
            },
            call);
        sd_event_source_set_destroy_callback(timer, alarm::destroy);
        leave_to_loop(timer);
    }

    void run() override {
        has_quit_ = false;
        while (!has_quit_)
            sd_event_run(event_, UINT64_MAX);
    }
    void quit() override { has_quit_ = true; }
    bool ends_by_itself() const override { return false; }

    void watch(int descriptor, function<void()> readable) override {
        using watcher = source_call<function<void()>>;
        sd_event_add_io(
            event_, &watch_, descriptor, EPOLLIN,
            [](sd_event_source*, int, std::uint32_t, void* which) {
                watcher::of(which).call();
                return 0;
            },
            new watcher{std::move(readable)});
        sd_event_source_set_destroy_callback(watch_, watcher::destroy);
    }

    void unwatch() override { sd_event_source_disable_unref(std::exchange(watch_, nullptr)); }

    void on_idle(function<bool()> work) override {
        using idler = source_call<function<bool()>>;
        sd_event_source* idle = nullptr;
        sd_event_add_defer(
            event_, &idle,
            [](sd_event_source* due, void* which) {
                if (!idler::of(which).call()) sd_event_source_disable_unref(due);
                return 0;
            },
            new idler{std::move(work)});
        sd_event_source_set_destroy_callback(idle, idler::destroy);
        sd_event_source_set_priority(idle, SD_EVENT_PRIORITY_IDLE);
        sd_event_source_set_enabled(idle, SD_EVENT_ON);
        leave_to_loop(idle);
    }

    std::optional<std::size_t> things() override { return std::nullopt; }

private:
    static std::uint64_t microseconds(duration time) {
        const auto rounded = std::chrono::ceil<std::chrono::microseconds>(time);
        return static_cast<std::uint64_t>(rounded.count());
    }

    static std::uint64_t monotonic_now() {
        return microseconds(std::chrono::steady_clock::now().time_since_epoch());
    }

    /// The loop keeps it, and frees it at its own end at the latest.
    static void leave_to_loop(sd_event_source* source) {
        sd_event_source_set_floating(source, 1);
        sd_event_source_unref(source);
    }

    sd_event* event_ = nullptr;
    sd_event_source* watch_ = nullptr;
    bool has_quit_ = false;
};

const foreign_loop_registration sd_event_loop("sd_event", [] {
    return std::make_unique<sd_event_foreign_loop>();
});

} // namespace
} // namespace weft::testing
