// SPDX-License-Identifier: MIT
// The lists that tasks lie in, through a driver: order, moving, leaving, dying.
#include <weft/stream/work_item.hpp>

#include "probes.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace weft {
namespace {

TEST(list_link, alone_points_at_itself) {
    list_link alone;
    EXPECT_FALSE(alone.linked());
    EXPECT_EQ(alone.next(), &alone);
    alone.unlink();
    EXPECT_FALSE(alone.linked());
}

TEST(list_link, stands_where_it_was_put) {
    list_link head;
    list_link first;
    list_link second;
    second.insert_before(head);
    first.insert_before(second);
    EXPECT_EQ(head.next(), &first);
    EXPECT_EQ(first.next(), &second);
    EXPECT_EQ(second.next(), &head);
    first.unlink();
    EXPECT_EQ(head.next(), &second);
    second.unlink();
    EXPECT_FALSE(head.linked());
}

TEST(list_link, a_circle_joins_another_in_its_order) {
    list_link head;
    list_link a;
    list_link b;
    list_link c;
    a.insert_before(head);
    c.insert_before(b); // the circle b, c
    head.join(b);
    EXPECT_EQ(head.next(), &a);
    EXPECT_EQ(a.next(), &b);
    EXPECT_EQ(b.next(), &c);
    EXPECT_EQ(c.next(), &head);
    c.unlink();
    b.unlink();
    a.unlink();
    EXPECT_FALSE(head.linked());
}

TEST(task_list, new_work_stands_behind_what_a_budget_left) {
    log calls;
    stepped_driver d;
    probe a(calls, "a");
    probe b(calls, "b");
    probe c(calls, "c");
    for (probe* each : {&a, &b}) {
        each->on_run = [&] { d.handler_called(); };
        d.defer(*each);
    }
    d.make_turn({.handlers = 1});
    d.defer(c);
    d.defer(b); // keeps its place
    d.make_turn();
    EXPECT_EQ(calls, (log{"a.run", "b.run", "c.run"}));
}

TEST(task_list, a_dying_task_leaves) {
    log calls;
    stepped_driver d;
    probe a(calls, "a");
    probe c(calls, "c");
    auto b = std::make_unique<probe>(calls, "b");
    d.defer(a);
    d.defer(*b);
    d.defer(c);
    b.reset();
    d.make_turn();
    EXPECT_EQ(calls, (log{"b.died", "a.run", "c.run"}));
}

TEST(task_list, tasks_may_outlive_their_driver) {
    log calls;
    probe a(calls, "a");
    probe b(calls, "b");
    probe c(calls, "c");
    {
        stepped_driver d;
        d.defer(a);
        d.defer(b);
        d.at_turn_end(c);
        d.arm(a, at(1));
    }
    EXPECT_EQ(calls, log{});
    EXPECT_FALSE(a.armed());
}

} // namespace
} // namespace weft
