// SPDX-License-Identifier: MIT
// Running out of memory in each function of the C interface: it returns the error, keeps nothing,
// and releases no pointer that it did not keep.
#include <gtest/gtest.h>

#include <weft/weft.h>

#include "support/allocations.hpp"

namespace weft {
namespace {

using testing::failing_allocation;

int releases = 0;

void count_release(void*) {
    ++releases;
}

/// Calls `action` with each of its allocations failing, until none of them fails any more; it must
/// then succeed. Returns how many failures it reported.
template <class Action>
int fail_each(Action&& action) {
    for (int reported = 0; reported < 1000;) {
        int error = WEFT_OK;
        bool happened = false;
        {
            const failing_allocation scarce(static_cast<std::size_t>(reported) + 1);
            error = action();
            happened = scarce.happened();
        }
        if (!happened) {
            EXPECT_EQ(error, WEFT_OK);
            return reported;
        }
        EXPECT_EQ(error, WEFT_E_NO_MEMORY) << "allocation " << reported + 1;
        ++reported;
    }
    ADD_FAILURE() << "there is always another allocation";
    return -1;
}

class c_allocation_test : public ::testing::Test {
protected:
    c_allocation_test() {
        releases = 0;
        EXPECT_EQ(weft_loop_create(nullptr, &loop), WEFT_OK);
    }
    ~c_allocation_test() override { weft_loop_destroy(loop); }

    weft_loop* loop = nullptr;
};

TEST_F(c_allocation_test, creating_objects_fails_and_leaves_nothing) {
    weft_loop* other = nullptr;
    EXPECT_GT(fail_each([&] { return weft_loop_create(nullptr, &other); }), 0);
    weft_loop_destroy(other);
    weft_server* server = nullptr;
    EXPECT_GT(fail_each([&] { return weft_server_create(loop, &server); }), 0);
    weft_server_destroy(server);
    weft_client* client = nullptr;
    EXPECT_GT(fail_each([&] { return weft_client_create(loop, &client); }), 0);
    weft_client_destroy(client);
}

TEST_F(c_allocation_test, timer_and_post_release_only_what_they_keep) {
    const weft_callback nothing = [](void*) {};
    weft_timer* timer = nullptr;
    EXPECT_GT(fail_each([&] {
        return weft_timer_create(loop, nothing, nullptr, count_release, &timer);
    }), 0);
    EXPECT_EQ(releases, 0);
    weft_timer_destroy(timer);
    EXPECT_EQ(releases, 1);
    EXPECT_GT(fail_each([&] { return weft_loop_post(loop, nothing, nullptr, count_release); }), 0);
    EXPECT_EQ(releases, 1);
    weft_loop_poll(loop);
    EXPECT_EQ(releases, 2);
}

TEST_F(c_allocation_test, route_releases_only_what_it_keeps) {
    weft_handlers handlers{};
    handlers.struct_size = sizeof handlers;
    handlers.release = count_release;
    handlers.open = [](weft_connection*, void*) {};
    weft_server* server = nullptr;
    ASSERT_EQ(weft_server_create(loop, &server), WEFT_OK);
    EXPECT_GT(fail_each([&] {
        return weft_server_route(server, "/", nullptr, &handlers, nullptr);
    }), 0);
    EXPECT_EQ(releases, 0);
    weft_server_destroy(server);
    EXPECT_EQ(releases, 1);

}

TEST_F(c_allocation_test, connect_either_fails_or_keeps_its_callbacks_and_reports_later) {
    weft_handlers handlers{};
    handlers.struct_size = sizeof handlers;
    handlers.release = count_release;
    handlers.fail = [](const weft_report*, void*) {};
    weft_client* client = nullptr;
    ASSERT_EQ(weft_client_create(loop, &client), WEFT_OK);
    int failures = 0, successes = 0;
    for (bool happened = true; happened && failures + successes < 1000;) {
        const failing_allocation scarce(static_cast<std::size_t>(failures + successes) + 1);
        const char* const nowhere = "ws://127.0.0.1:1/";
        const int error = weft_client_connect(client, nowhere, &handlers, nullptr, nullptr);
        ++(error == WEFT_OK ? successes : failures);
        happened = scarce.happened();
    }
    EXPECT_GT(failures, 0);
    EXPECT_GT(successes, 0);
    weft_client_destroy(client);
    weft_loop_poll(loop);
    EXPECT_EQ(releases, successes);
}

} // namespace
} // namespace weft
