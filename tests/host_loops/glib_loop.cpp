// SPDX-License-Identifier: MIT
// GLib as an application has it: a context that is not the default one.
#include <glib-unix.h>
#include <glib.h>

#include <gtest/gtest.h>

#include <weft/hosts/glib.hpp>

#include "host_loops/foreign_loop.hpp"

namespace weft::testing {
namespace {

class glib_foreign_loop final : public foreign_loop {
public:
    ~glib_foreign_loop() override {
        unwatch();
        EXPECT_EQ(things(), 0U);
        g_main_loop_unref(loop_);
        g_main_context_unref(context_);
    }

    host_ops ops() override { return glib_host(context_); }

    void turn(duration at_most) override {
        GSource* patience = alarm(at_most, [] { return false; });
        g_main_context_iteration(context_, TRUE);
        g_source_destroy(patience);
        g_source_unref(patience);
    }

    void call_after(duration delay, function<void()> rings) override {
        GSource* once = alarm(delay, [rings = std::move(rings)]() mutable {
            rings();
            return false;
        });
        g_source_unref(once);
    }

    void run() override { g_main_loop_run(loop_); }
    void quit() override { g_main_loop_quit(loop_); }
    bool ends_by_itself() const override { return false; }

    void watch(int descriptor, function<void()> readable) override {
        watch_ = g_unix_fd_source_new(descriptor, G_IO_IN);
        const GUnixFDSourceFunc call = [](int, GIOCondition, gpointer what) -> gboolean {
            (*static_cast<function<void()>*>(what))();
            return G_SOURCE_CONTINUE;
        };
        g_source_set_callback(watch_, G_SOURCE_FUNC(call),
                              new function<void()>(std::move(readable)),
                              [](gpointer what) { delete static_cast<function<void()>*>(what); });
        g_source_attach(watch_, context_);
    }

    void unwatch() override {
        if (GSource* last = std::exchange(watch_, nullptr)) {
            g_source_destroy(last);
            g_source_unref(last);
        }
    }

    void on_idle(function<bool()> work) override {
        GSource* idle = g_idle_source_new();
        start(idle, std::move(work));
        g_source_unref(idle);
    }

    std::optional<std::size_t> things() override {
        GSource* last = g_idle_source_new(); // a context numbers its sources one by one
        const guint end = g_source_attach(last, context_);
        g_source_destroy(last);
        g_source_unref(last);
        std::size_t count = 0;
        for (guint id = 1; id != end; ++id) {
            if (g_main_context_find_source_by_id(context_, id)) ++count;
        }
        return count;
    }

private:
    /// Calls `rings` after `delay`, once it is false never again.
    GSource* alarm(duration delay, function<bool()> rings) {
        GSource* timer = g_timeout_source_new(0);
        const auto rounded = std::chrono::ceil<std::chrono::microseconds>(delay);
        g_source_set_ready_time(timer, g_get_monotonic_time() + rounded.count());
        start(timer, std::move(rings));
        return timer;
    }

    void start(GSource* source, function<bool()> call) {
        const GSourceFunc calls = [](gpointer what) -> gboolean {
            return (*static_cast<function<bool()>*>(what))();
        };
        g_source_set_callback(source, calls, new function<bool()>(std::move(call)),
                              [](gpointer what) { delete static_cast<function<bool()>*>(what); });
        g_source_attach(source, context_);
    }

    GMainContext* context_ = g_main_context_new();
    GMainLoop* loop_ = g_main_loop_new(context_, FALSE);
    GSource* watch_ = nullptr;
};

const foreign_loop_registration glib("glib", [] { return std::make_unique<glib_foreign_loop>(); });

} // namespace
} // namespace weft::testing
