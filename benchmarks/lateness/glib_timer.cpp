// SPDX-License-Identifier: MIT
//
// A timer of GLib's.

#include "lateness/host_timer.hpp"

#include <glib.h>

#include <weft/hosts/glib.hpp>

namespace weft::lateness {
namespace {

void (*ring)() = nullptr;

void start(GMainContext* context) {
    GSource* timer = g_timeout_source_new(static_cast<guint>(period.count()));
    const auto due = [](void* where) -> gboolean {
        ring();
        start(static_cast<GMainContext*>(where));
        return G_SOURCE_REMOVE;
    };
    g_source_set_callback(timer, due, context, nullptr);
    g_source_attach(timer, context);
    g_source_unref(timer);
}

std::unique_ptr<runner> make(event_loop& loop, budget limit, void (*rings)()) {
    auto made = std::make_unique<glib_runner>(loop, limit);
    ring = rings;
    start(made->host());
    return made;
}

const host_registration glib({"glib", make});

} // namespace
} // namespace weft::lateness
