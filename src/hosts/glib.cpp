// SPDX-License-Identifier: MIT
// A GLib source that watches the loop's descriptor. Knows nothing else of either loop.
#include <weft/hosts/glib.hpp>

#include <glib.h>

#include <memory>
#include <new>
#include <utility>

namespace weft {
namespace {

/// Allocated by GLib, and freed by it when no callback is on the stack. Its first member must be
/// the GSource.
struct glib_source {
    GSource source;
    function<void()> turn;

    static glib_source& of(GSource* source) { return *reinterpret_cast<glib_source*>(source); }
};

gboolean dispatch(GSource* source, GSourceFunc, gpointer) noexcept {
    glib_source::of(source).turn();
    return G_SOURCE_CONTINUE;
}

void finalize(GSource* source) noexcept {
    std::destroy_at(&glib_source::of(source).turn);
}

/// Without `prepare` and `check`, a source is ready when its descriptor is.
GSourceFuncs functions{nullptr, nullptr, dispatch, finalize, nullptr, nullptr};

class glib_watch {
public:
    explicit glib_watch(GMainContext* host) noexcept : host_(host) {}

    result<void> start(int descriptor, function<void()> turn) {
        source_ = g_source_new(&functions, sizeof(glib_source));
        std::construct_at(&glib_source::of(source_).turn, std::move(turn));
        g_source_set_name(source_, "weft");
        g_source_set_can_recurse(source_, TRUE); // a handler may iterate the context
        g_source_add_unix_fd(source_, descriptor, G_IO_IN);
        g_source_attach(source_, host_);
        return {};
    }

    void stop() noexcept {
        GSource* const source = std::exchange(source_, nullptr);
        g_source_destroy(source);
        g_source_unref(source);
    }

private:
    GMainContext* host_;
    GSource* source_ = nullptr;
};

} // namespace

host_ops glib_host(GMainContext* host) {
    return ops_of(std::make_shared<glib_watch>(host));
}

// --- a host that Weft creates

namespace {

class owned_glib final : public owned_host {
public:
    ~owned_glib() override {
        g_main_loop_unref(loop_);
        g_main_context_unref(context_);
    }

    [[nodiscard]] GMainContext* get() const noexcept { return context_; }
    host_ops ops() override { return glib_host(context_); }
    void run() override {
        g_main_context_push_thread_default(context_);
        g_main_loop_run(loop_);
        g_main_context_pop_thread_default(context_);
    }
    void quit() noexcept override { g_main_loop_quit(loop_); }

private:
    GMainContext* context_ = g_main_context_new();
    GMainLoop* loop_ = g_main_loop_new(context_, FALSE);
};

} // namespace

glib_runner::glib_runner(event_loop& loop, budget limit)
    : runner(loop, std::make_unique<owned_glib>(), limit) {}

GMainContext* glib_runner::host() const noexcept {
    return static_cast<owned_glib&>(owned()).get();
}

} // namespace weft
