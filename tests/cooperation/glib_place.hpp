// SPDX-License-Identifier: MIT
// A GLib main context as a place of any kind; not the default one.
#pragma once

#include <glib.h>

#include <weft/hosts/glib.hpp>

namespace weft::testing {

template <class Kind>
class glib_place : public Kind {
public:
    ~glib_place() override { g_main_context_unref(context_); }

    host_ops ops() override { return glib_host(context_); }
    void turn() override { g_main_context_iteration(context_, TRUE); }

protected:
    GMainContext* context_ = g_main_context_new();
};

} // namespace weft::testing
