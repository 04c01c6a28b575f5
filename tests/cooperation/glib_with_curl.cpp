// SPDX-License-Identifier: MIT
// libcurl on GLib.
#include <gtest/gtest.h>

#include <unordered_map>

#include <glib-unix.h>

#include "curl_place.hpp"
#include "glib_place.hpp"

namespace weft::testing {
namespace {

class glib_with_curl final : public glib_place<curl_place> {
public:
    ~glib_with_curl() override {
        EXPECT_TRUE(watches_.empty());
        ring_after(-1);
    }

    void watch(int descriptor, bool read, bool write) override {
        if (const auto known = watches_.find(descriptor); known != watches_.end()) {
            forget(known->second);
            watches_.erase(known);
        }
        if (!read && !write) return;
        const int events = (read ? G_IO_IN : 0) | (write ? G_IO_OUT : 0);
        GSource* added = g_unix_fd_source_new(descriptor, static_cast<GIOCondition>(events));
        const GUnixFDSourceFunc happens = [](int number, GIOCondition what,
                                             void* here) -> gboolean {
            static_cast<glib_with_curl*>(here)->ready(
                number, (what & (G_IO_IN | G_IO_HUP | G_IO_ERR)) != 0, (what & G_IO_OUT) != 0);
            return G_SOURCE_CONTINUE;
        };
        attach(added, reinterpret_cast<GSourceFunc>(reinterpret_cast<void (*)()>(happens)));
        watches_.emplace(descriptor, added);
    }

    void ring_after(long milliseconds) override {
        if (timer_) forget(std::exchange(timer_, nullptr));
        if (milliseconds < 0) return;
        timer_ = g_timeout_source_new(static_cast<guint>(milliseconds));
        attach(timer_, [](void* here) -> gboolean {
            auto* self = static_cast<glib_with_curl*>(here);
            forget(std::exchange(self->timer_, nullptr));
            self->rings();
            return G_SOURCE_REMOVE;
        });
    }

private:
    void attach(GSource* added, GSourceFunc calls) {
        g_source_set_callback(added, calls, this, nullptr);
        g_source_attach(added, context_);
    }

    static void forget(GSource* gone) {
        g_source_destroy(gone);
        g_source_unref(gone);
    }

    std::unordered_map<int, GSource*> watches_;
    GSource* timer_ = nullptr;
};

const place_registration<curl_place> glib("glib",
                                          [] { return std::make_unique<glib_with_curl>(); });

} // namespace
} // namespace weft::testing
