// SPDX-License-Identifier: MIT
// Posting: from the driver's thread, from others, and after the driver's end.
#include <weft/stream/mailbox.hpp>

#include "probes.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <list>
#include <optional>
#include <thread>

namespace weft {
namespace {

TEST(mailbox, runs_what_was_posted_in_its_order) {
    stepped_driver d;
    std::string ran;
    EXPECT_FALSE(d.mailbox()->waiting());
    EXPECT_TRUE(d.mailbox()->post([&] { ran += 'a'; }));
    EXPECT_TRUE(d.mailbox()->post([&] { ran += 'b'; }));
    EXPECT_TRUE(d.mailbox()->waiting());
    EXPECT_EQ(ran, "");
    EXPECT_TRUE(d.make_turn());
    EXPECT_EQ(ran, "ab");
    EXPECT_FALSE(d.mailbox()->waiting());
    EXPECT_FALSE(d.make_turn());
}

TEST(mailbox, takes_the_elements_of_a_list_or_leaves_them) {
    std::string ran;
    std::list<function<void()>> work;
    work.push_back([&] { ran += 'b'; });
    work.push_back([&] { ran += 'c'; });
    std::optional<stepped_driver> d(std::in_place);
    const auto box = d->mailbox();
    box->post([&] { ran += 'a'; });
    EXPECT_TRUE(box->post_all(work));
    EXPECT_TRUE(work.empty());
    EXPECT_EQ(box->size(), 3U);
    EXPECT_EQ(d->mails, 1);
    d->make_turn();
    EXPECT_EQ(ran, "abc");
    d.reset();
    work.push_back([] {});
    EXPECT_FALSE(box->post_all(work));
    EXPECT_EQ(work.size(), 1U);
}

TEST(mailbox, tells_the_driver_once_for_many) {
    stepped_driver d;
    for (int i = 0; i < 3; ++i) d.mailbox()->post([] {});
    EXPECT_EQ(d.mails, 1);
    d.make_turn();
    d.mailbox()->post([] {});
    EXPECT_EQ(d.mails, 2);
}

TEST(mailbox, calls_the_on_post_function_until_it_is_replaced) {
    stepped_driver d;
    int calls = 0;
    d.mailbox()->on_post([&] { ++calls; });
    d.mailbox()->post([] {});
    d.mailbox()->post([] {});
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(d.mails, 1);
    d.make_turn();
    d.mailbox()->on_post({});
    d.mailbox()->post([] {});
    EXPECT_EQ(calls, 1);
}

TEST(mailbox, new_post_stands_behind_what_a_budget_left) {
    stepped_driver d;
    std::string ran;
    for (const char name : {'a', 'b'}) d.mailbox()->post([&ran, name] { ran += name; });
    d.make_turn({.handlers = 1});
    d.mailbox()->post([&] { ran += 'c'; });
    EXPECT_EQ(ran, "a");
    EXPECT_TRUE(d.work_waits());
    EXPECT_EQ(d.work_count(), 2U);
    d.make_turn();
    EXPECT_EQ(ran, "ab"); // the rest first, and what reading would bring before anything later
    d.make_turn();
    EXPECT_EQ(ran, "abc");
    EXPECT_EQ(d.work_count(), 0U);
}

TEST(mailbox, knows_what_reading_has_posted_and_that_this_has_run) {
    stepped_driver d;
    int ran = 0;
    log calls;
    probe reads(calls, "reads");
    reads.on_run = [&] {
        for (int i = 0; i < 2; ++i) d.mailbox()->post([&] { ++ran; });
    };
    d.defer(reads);
    d.make_turn();
    EXPECT_TRUE(d.posts_by_handlers_wait());
    d.make_turn({.handlers = 1});
    EXPECT_TRUE(d.posts_by_handlers_wait());
    std::thread([&] { d.mailbox()->post([&] { ++ran; }); }).join();
    d.make_turn();
    EXPECT_EQ(ran, 2);
    EXPECT_FALSE(d.posts_by_handlers_wait()); // what came from elsewhere is not waited for
    d.make_turn();
    EXPECT_EQ(ran, 3);
}

TEST(mailbox, says_who_is_in_a_turn) {
    stepped_driver d;
    bool inside = false;
    bool elsewhere = true;
    d.mailbox()->post([&] {
        inside = d.mailbox()->in_turn_here();
        std::thread([&] { elsewhere = d.mailbox()->in_turn_here(); }).join();
    });
    EXPECT_FALSE(d.mailbox()->in_turn_here());
    d.make_turn();
    EXPECT_FALSE(d.mailbox()->in_turn_here());
    EXPECT_TRUE(inside);
    EXPECT_FALSE(elsewhere);
}

TEST(mailbox, what_a_posted_function_posts_runs_in_a_later_round) {
    stepped_driver d;
    int runs = 0;
    d.mailbox()->post([&] {
        ++runs;
        d.mailbox()->post([&] { ++runs; });
    });
    d.make_turn();
    EXPECT_EQ(runs, 1);
    EXPECT_TRUE(d.work_waits());
    d.make_turn();
    EXPECT_EQ(runs, 2);
}

TEST(mailbox, outlives_the_driver_and_then_refuses) {
    std::optional<stepped_driver> d(std::in_place);
    const auto box = d->mailbox();
    auto token = std::make_shared<int>();
    bool ran = false;
    box->post([&ran, token] { ran = true; });
    EXPECT_EQ(token.use_count(), 2);
    d.reset();
    EXPECT_EQ(token.use_count(), 1);
    EXPECT_FALSE(box->post([&ran, token] { ran = true; }));
    EXPECT_EQ(token.use_count(), 1);
    EXPECT_FALSE(box->waiting());
    EXPECT_FALSE(ran);
}

TEST(mailbox, functions_destroyed_without_a_call_may_post) {
    struct posts_when_it_dies {
        posts_when_it_dies(std::shared_ptr<mailbox> to, int& count)
            : box(std::move(to)), refusals(&count) {}

        std::shared_ptr<mailbox> box;
        int* refusals;
        ~posts_when_it_dies() {
            if (!box->post([] {})) ++*refusals;
        }
    };
    int refusals = 0;
    {
        stepped_driver d;
        auto dying = std::make_shared<posts_when_it_dies>(d.mailbox(), refusals);
        d.mailbox()->post([dying] {});
        auto left_over = std::make_shared<posts_when_it_dies>(d.mailbox(), refusals);
        d.mailbox()->post([] {});
        d.mailbox()->post([left_over] {});
        dying.reset();
        left_over.reset();
        d.make_turn({.handlers = 0}); // moves all to the driver and runs none
    }
    EXPECT_EQ(refusals, 2);
}

TEST(mailbox_threads, nothing_that_was_posted_is_lost) {
    constexpr int posters = 4;
    constexpr int posts = 2'000;
    stepped_driver d;
    int ran = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < posters; ++i) {
        threads.emplace_back([&ran, box = d.mailbox()] {
            for (int n = 0; n < posts; ++n) ASSERT_TRUE(box->post([&ran] { ++ran; }));
        });
    }
    while (ran != posters * posts) {
        if (!d.make_turn()) std::this_thread::yield();
    }
    for (auto& thread : threads) thread.join();
    EXPECT_FALSE(d.work_waits());
}

TEST(mailbox_threads, each_post_is_run_or_refused_while_the_driver_dies) {
    for (int round = 0; round < 50; ++round) {
        auto token = std::make_shared<int>();
        std::atomic<int> taken = 0;
        int ran = 0;
        std::optional<stepped_driver> d(std::in_place);
        std::thread poster([&, box = d->mailbox(), held = token]() mutable {
            while (box->post([&ran, held] { ++ran; })) ++taken;
            held.reset();
        });
        while (taken == 0) std::this_thread::yield();
        d->make_turn();
        d.reset();
        poster.join();
        EXPECT_LE(ran, taken);
        EXPECT_EQ(token.use_count(), 1);
    }
}

} // namespace
} // namespace weft
