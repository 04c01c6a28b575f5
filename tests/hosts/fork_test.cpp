// SPDX-License-Identifier: MIT
// A fork beside a stay: the child lets go of everything, in any order, and the parent does not
// notice.
#include <unistd.h>

#include "hosts/host_fixture.hpp"
#include "support/in_child.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto no_use_in_a_child = "this library is not used in a forked child";

class host_fork : public on_host {
protected:
    std::optional<event_loop> loop{std::in_place};
    std::optional<guest> attachment{std::in_place, *loop, host->ops()};
    std::optional<echoing> here{*loop};

    void SetUp() override {
        here->connect();
        ASSERT_TRUE(host->turn_until([&] { return here->opened == 1; }));
    }

    void TearDown() override {
        drop_everything();
        let_go();
    }

    void drop_everything() {
        attachment.reset();
        here.reset();
        loop.reset();
    }

    /// In the child: its host serves the application.
    int host_serves() {
        bool rang = false;
        host->call_after(1ms, [&] { rang = true; });
        return host->turn_until([&] { return rang; }) ? 0 : 1;
    }

    /// The connection that was open before echoes on, and new ones can be made.
    void expect_undisturbed() {
        const int before = here->received;
        for (int i = 1; i <= 5; ++i) {
            here->to.send("still here");
            ASSERT_TRUE(host->turn_until([&] { return here->received == before + i; }));
        }
        here->connect();
        ASSERT_TRUE(host->turn_until([&] { return here->opened == 2; }));
    }
};

TEST_P(host_fork, a_child_drops_everything) {
    EXPECT_EQ(in_child([&] {
                  drop_everything();
                  return 0;
              }),
              0);
    expect_undisturbed();
}

TEST_P(host_fork, a_child_drops_everything_and_uses_the_host_afterwards) {
    if (!host->survives_fork()) GTEST_SKIP() << no_use_in_a_child;
    EXPECT_EQ(in_child([&] {
                  drop_everything();
                  host->forked();
                  return host_serves();
              }),
              0);
    expect_undisturbed();
}

TEST_P(host_fork, a_child_uses_the_host_and_drops_everything_afterwards) {
    if (!host->survives_fork()) GTEST_SKIP() << no_use_in_a_child;
    EXPECT_EQ(in_child([&] {
                  host->forked();
                  bool dropped = false;
                  host->call_after(1ms, [&] {
                      drop_everything();
                      dropped = true;
                  });
                  if (!host->turn_until([&] { return dropped; })) return 3;
                  return host_serves();
              }),
              0);
    expect_undisturbed();
}

TEST_P(host_fork, a_childs_host_does_not_spin_on_what_the_parent_has_to_do) {
    if (!host->survives_fork()) GTEST_SKIP() << no_use_in_a_child;
    here->to.send("ignored in the child");
    EXPECT_EQ(in_child([&] {
                  host->forked();
                  if (!host->turn_until([&] { return !attachment->attached(); })) return 3;
                  drop_everything();
                  return host_serves();
              }),
              0);
    ASSERT_TRUE(host->turn_until([&] { return here->received == 1; }));
    expect_undisturbed();
}

TEST_P(host_fork, a_child_may_be_a_guest_again) {
    if (!host->survives_fork()) GTEST_SKIP() << no_use_in_a_child;
    EXPECT_EQ(in_child([&] {
                  drop_everything();
                  host->forked();
                  event_loop own;
                  guest staying(own, host->ops());
                  bool ran = false;
                  own.post([&] { ran = true; });
                  return host->turn_until([&] { return ran; }) ? 0 : 3;
              }),
              0);
    expect_undisturbed();
}

WEFT_ON_EVERY_HOST(host_fork);

} // namespace
} // namespace weft::testing
