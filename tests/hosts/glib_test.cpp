// SPDX-License-Identifier: MIT
// What only GLib has: sources that the application finds by their numbers, and contexts that are
// shared by counting.
#include <weft/hosts/glib.hpp>

#include <glib.h>

#include <optional>
#include <utility>

#include <gtest/gtest.h>

#include <weft/weft.hpp>

namespace weft::testing {
namespace {

class glib_application : public ::testing::Test {
protected:
    GMainContext* host = g_main_context_new();
    event_loop loop;
    std::optional<glib_guest> attachment{std::in_place, loop, host};

    ~glib_application() override {
        if (host) g_main_context_unref(host);
    }

    /// As an application does that ends whatever is left on its context.
    void destroy_all_sources() {
        int found = 0;
        for (guint id = 1; id != 16; ++id) {
            GSource* const one = g_main_context_find_source_by_id(host, id);
            if (!one) continue;
            g_source_destroy(one);
            ++found;
        }
        EXPECT_EQ(found, 1);
    }

    void leave() {
        bool done = false;
        attachment->detach([&] { done = true; });
        attachment.reset();
        EXPECT_TRUE(done);
    }

    void expect_served() {
        bool ran = false;
        loop.post([&] { ran = true; });
        while (!ran) g_main_context_iteration(host, TRUE);
    }
};

TEST_F(glib_application, may_destroy_the_source) {
    expect_served();
    destroy_all_sources();
    EXPECT_FALSE(g_main_context_pending(host));
    leave();
    attachment.emplace(loop, host);
    expect_served();
}

TEST_F(glib_application, may_destroy_the_current_source_in_a_handler) {
    bool ran = false;
    loop.post([&] {
        g_source_destroy(g_main_current_source());
        ran = true;
    });
    while (!ran) g_main_context_iteration(host, TRUE);
    leave();
    attachment.emplace(loop, host);
    expect_served();
}

TEST_F(glib_application, may_let_go_of_the_context_before_the_stay_ends) {
    expect_served();
    g_main_context_unref(std::exchange(host, nullptr));
    leave();
    host = g_main_context_new();
    attachment.emplace(loop, host);
    expect_served();
}

TEST_F(glib_application, may_let_go_of_the_context_before_the_event_loop_ends) {
    g_main_context_unref(std::exchange(host, nullptr));
    loop = event_loop();
    leave();
}

} // namespace
} // namespace weft::testing
