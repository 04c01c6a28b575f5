// SPDX-License-Identifier: MIT
// Publications of one turn, which subscribers share in a run: their order among all other output,
// and the memory of runs. Slow readers among the subscribers are in slow_reader_test.cpp.
#include <exception>
#include <new>
#include <stdexcept>

#include <weft/connection/conversation.hpp>
#include <weft/stream/sleep.hpp>

#include "hub_fixture.hpp"
#include "support/allocations.hpp"

namespace weft::testing {
namespace {

/// Returns the size of a server's frame with a short payload.
constexpr std::size_t framed(std::size_t payload) { return payload + (payload < 126 ? 2 : 4); }

class hub_run : public hub_fixture {};

TEST_F(hub_run, is_the_output_of_all_subscribers) {
    auto& ann = join("news");
    auto& bob = join("news");
    say("news", "first");
    say("news", "second");
    EXPECT_EQ(topics->counters().deliveries, 4U);
    EXPECT_EQ(ann.served->buffered_amount(), framed(5) + framed(6));
    EXPECT_EQ(bob.served->buffered_amount(), framed(5) + framed(6));
    driver.settle();
    EXPECT_EQ(ann.received, (texts{"first", "second"}));
    EXPECT_EQ(bob.received, ann.received);
    EXPECT_EQ(ann.served->buffered_amount(), 0U);
    EXPECT_EQ(ann.served->traffic().messages_sent, 2U);
    EXPECT_EQ(ann.served->traffic().bytes_sent, bob.served->traffic().bytes_sent);
}

TEST_F(hub_run, keeps_its_order_with_other_messages_of_a_connection) {
    auto& ann = join("news");
    auto& bob = join("news");
    say("news", "1");
    ann.served->send("for ann");
    say("news", "2");
    say("news", "3");
    ann.served->send(prepared_message(message("and this")));
    ann.served->ping("are you there?");
    say("news", "4");
    driver.settle();
    EXPECT_EQ(ann.received, (texts{"1", "for ann", "2", "3", "and this", "4"}));
    EXPECT_EQ(bob.received, (texts{"1", "2", "3", "4"}));
}

TEST_F(hub_run, keeps_its_order_with_messages_that_are_long_or_filtered) {
    auto& ann = join("news");
    auto& bob = join("news");
    const std::string longer(5000, 'x');
    say("news", "1");
    say("news", longer);
    topics->publish_if("news", message("for ann"), [&](connection& c) { return &c == ann.served; });
    say("news", "2");
    driver.settle();
    EXPECT_EQ(ann.received, (texts{"1", longer, "for ann", "2"}));
    EXPECT_EQ(bob.received, (texts{"1", longer, "2"}));
}

TEST_F(hub_run, of_one_topic_is_interleaved_with_that_of_another) {
    auto& both = join("a");
    ASSERT_TRUE(topics->subscribe(*both.served, "b"));
    auto& only_a = join("a");
    auto& only_b = join("b");
    for (const auto* const text : {"1", "2", "3"}) {
        say("a", std::string("a") + text);
        say("b", std::string("b") + text);
    }
    driver.settle();
    EXPECT_EQ(both.received, (texts{"a1", "b1", "a2", "b2", "a3", "b3"}));
    EXPECT_EQ(only_a.received, (texts{"a1", "a2", "a3"}));
    EXPECT_EQ(only_b.received, (texts{"b1", "b2", "b3"}));
    EXPECT_EQ(topics->counters().deliveries, 12U);
}

TEST_F(hub_run, of_a_prefix_follows_that_of_the_topic) {
    auto& ann = join("news");
    auto& bob = join("news");
    auto& all = join_prefix("ne");
    ASSERT_TRUE(topics->subscribe(*ann.served, "ne", [] {
        subscribe_options options;
        options.prefix = true;
        return options;
    }()));
    say("news", "1");
    say("news", "2");
    driver.settle();
    EXPECT_EQ(ann.received, (texts{"1", "1", "2", "2"}));
    EXPECT_EQ(bob.received, (texts{"1", "2"}));
    EXPECT_EQ(all.received, (texts{"1", "2"}));
}

TEST_F(hub_run, ends_for_a_subscriber_that_unsubscribes) {
    auto& ann = join("news");
    auto& bob = join("news");
    auto& cat = join("news");
    say("news", "1");
    topics->unsubscribe(*ann.served, "news");
    say("news", "2");
    topics->unsubscribe_all(*bob.served);
    say("news", "3");
    ASSERT_TRUE(topics->subscribe(*ann.served, "news"));
    say("news", "4");
    driver.settle();
    EXPECT_EQ(ann.received, (texts{"1", "4"}));
    EXPECT_EQ(bob.received, (texts{"1", "2"}));
    EXPECT_EQ(cat.received, (texts{"1", "2", "3", "4"}));
    EXPECT_EQ(topics->counters().deliveries, 8U);
}

TEST_F(hub_run, comes_before_the_close_frame) {
    auto& ann = join("news");
    auto& bob = join("news");
    say("news", "1");
    ann.served->close();
    say("news", "2");
    driver.settle();
    EXPECT_EQ(ann.received, texts{"1"});
    ASSERT_TRUE(ann.end);
    EXPECT_EQ(ann.end->code(), close_code::normal);
    EXPECT_EQ(bob.received, (texts{"1", "2"}));
}

TEST_F(hub_run, comes_before_the_close_frame_if_posted_work_finds_no_memory) {
    auto& ann = join("news");
    auto& bob = join("news");
    ASSERT_TRUE(ann.served->handle().with([&](connection&) {
        say("news", "1");
        throw std::bad_alloc();
    }));
    driver.settle();
    EXPECT_EQ(ann.received, texts{"1"});
    EXPECT_TRUE(ann.end);
    EXPECT_EQ(bob.received, texts{"1"});
}

TEST_F(hub_run, comes_before_the_close_frame_if_posts_fill_the_queue) {
    served_options.queue_size_max = 1000;
    served_options.when_full = queue_policy::close;
    auto& ann = join("news");
    auto& bob = join("news");
    const auto handle = ann.served->handle();
    const std::string half(900, 'x');
    EXPECT_NE(handle.send(half), send_result::dropped);
    ASSERT_TRUE(handle.with([&](connection&) { say("news", "1"); }));
    EXPECT_EQ(handle.send(half), send_result::dropped);
    driver.settle();
    EXPECT_EQ(ann.received, (texts{half, "1"}));
    EXPECT_TRUE(ann.end);
    EXPECT_EQ(bob.received, texts{"1"});
}

TEST_F(hub_run, comes_before_the_close_frame_of_a_conversation_that_fails) {
    driver.on_error([](const std::exception_ptr&) {});
    server->route("/talk", [this](conversation peer) -> task<> {
        EXPECT_TRUE(topics->subscribe(*peer.connection(), "news"));
        co_await driver.sleep(1s);
        say("news", "1");
        peer.fail(std::make_exception_ptr(std::runtime_error("no")));
        co_await driver.sleep(1s);
    });
    auto [a, b] = memory_pipe(driver, driver, capacity);
    server->serve(std::move(a));
    texts received;
    std::optional<report> end;
    client->connect(std::move(b), *uri::parse("ws://example.org/talk"),
                    {
                        .message =
                            [&](connection&, message m) { received.emplace_back(m.text()); },
                        .close = [&](connection&, const report& why) { end = why; },
                    });
    driver.settle();
    auto& bob = join("news");
    pass(1s);
    EXPECT_EQ(received, texts{"1"});
    ASSERT_TRUE(end);
    EXPECT_EQ(end->code(), close_code::internal_error);
    EXPECT_EQ(bob.received, texts{"1"});
    pass(1s);
}

TEST_F(hub_run, survives_a_connection_that_is_aborted) {
    auto& ann = join("news");
    auto& bob = join("news");
    say("news", "1");
    ann.served->abort();
    say("news", "2");
    driver.settle();
    EXPECT_TRUE(ann.end);
    EXPECT_EQ(bob.received, (texts{"1", "2"}));
    EXPECT_EQ(topics->subscribers("news"), 1U);
}

TEST_F(hub_run, reaches_the_subscribers_of_a_hub_that_is_gone) {
    auto& ann = join("news");
    auto& bob = join("news");
    say("news", "1");
    topics.reset();
    driver.settle();
    EXPECT_EQ(ann.received, texts{"1"});
    EXPECT_EQ(bob.received, texts{"1"});
}

TEST_F(hub_run, may_end_with_the_server) {
    join("news");
    join("news");
    say("news", "1");
    server.reset();
    driver.settle();
    EXPECT_EQ(topics->subscribers("news"), 0U);
}

TEST_F(hub_run, is_longer_than_its_memory) {
    auto& ann = join("news");
    auto& bob = join("news");
    say_many("news", 100);
    driver.settle();
    EXPECT_EQ(numbers(ann.received), up_to(100));
    EXPECT_EQ(numbers(bob.received), up_to(100));
    EXPECT_EQ(topics->counters().deliveries, 200U);
}

TEST_F(hub_run, leaves_before_input_is_answered) {
    auto& ann = join("news");
    auto& bob = join("news");
    on_message = [](connection& c, message m) { c.send(m); };
    ann.own->send("echo");
    driver.settle();
    ann.own->send("again");
    say("news", "1");
    driver.settle();
    EXPECT_EQ(ann.received.size(), 3U);
    EXPECT_EQ(bob.received, texts{"1"});
}

TEST_F(hub_run, is_published_from_a_subscribers_handler) {
    auto& ann = join("news");
    auto& bob = join("news");
    on_message = [&](connection& c, message m) {
        say("news", m.text());
        c.send("sent");
        say("news", "and");
    };
    ann.own->send("1");
    ann.own->send("2");
    driver.settle();
    EXPECT_EQ(ann.received, (texts{"1", "sent", "and", "2", "sent", "and"}));
    EXPECT_EQ(bob.received, (texts{"1", "and", "2", "and"}));
}

/// Each publication makes subscribers to both topics leave the run of the other topic.
TEST_F(hub_run, is_written_when_much_waits_for_subscribers_of_two_topics) {
    const auto join_both = [&](slow_reader policy, std::size_t queue_max) -> hub_visitor& {
        auto& added = join("a", when_slow(policy, queue_max));
        EXPECT_TRUE(topics->subscribe(*added.served, "b", when_slow(policy, queue_max)));
        return added;
    };
    const auto& both = join_both(slow_reader::close, 1024 * 1024);
    const auto& slow_one = join_both(slow_reader::drop_oldest, 1024);
    const auto& only_a = join("a");
    const auto& only_b = join("b");
    for (int i = 0; i < 1000; ++i) say(i % 2 == 0 ? "a" : "b", numbered(i));
    EXPECT_LT(slow_one.served->buffered_amount(), 64 * 1024U);
    EXPECT_GT(topics->counters().dropped, 700U); // already in this turn
    driver.settle();
    EXPECT_EQ(numbers(both.received), up_to(1000));
    EXPECT_EQ(only_a.received.size(), 500U);
    EXPECT_EQ(only_b.received.size(), 500U);
}

/// The hub visits the last subscriber first. Sending to the second one exceeds the budget, which
/// ends the first one, the only one in the run.
TEST_F(hub_run, reaches_the_others_if_the_memory_budget_ends_its_only_connection) {
    auto& cat = join("news");
    auto& bob = join("news");
    auto& ann = join("news");
    bob.stop_reading();
    const std::string large(capacity, 'x');
    bob.served->send(large);
    bob.served->send(large); // waits
    driver.settle();
    ASSERT_NE(bob.served->buffered_amount(), 0U);
    ann.own->send_part(message(std::string(900 * 1024, 'x')), false);
    driver.settle();
    ASSERT_GT(server->memory_used(), 900U * 1024);
    server->memory_max(server->memory_used());
    int count = 0;
    while (ann.served && count < 1000) {
        say("news", numbered(count++));
        driver.settle();
    }
    ASSERT_FALSE(ann.served);
    EXPECT_EQ(numbers(cat.received), up_to(count));
}

// --- memory

TEST_F(hub_run, costs_no_allocation_for_a_subscriber) {
    const auto allocated_beside = [&](std::size_t count) {
        while (visitors.size() < count) join("news");
        say("news", "first of its turn"); // so that tables and queues need not grow later
        driver.settle();
        const allocation_counter counter;
        say("news", "1");
        say("news", "2");
        return counter.count();
    };
    const std::size_t few = allocated_beside(5);
    driver.settle();
    EXPECT_EQ(allocated_beside(50), few);
}

TEST_F(hub_run, stays_if_a_command_finds_no_memory) {
    for (const auto kind : {shortage::once, shortage::lasting}) {
        std::size_t nth = 0;
        for (bool happened = true; happened;) {
            auto& ann = join("news");
            const auto& bob = join("news");
            say("news", "1");
            bool sent = true;
            {
                const failing_allocation fails(++nth, kind);
                try {
                    EXPECT_EQ(ann.served->send("2"), send_result::accepted);
                } catch (const std::bad_alloc&) {
                    sent = false;
                }
                happened = fails.happened();
            }
            EXPECT_EQ(sent, !happened);
            driver.settle();
            EXPECT_EQ(ann.received, sent ? (texts{"1", "2"}) : texts{"1"});
            EXPECT_EQ(bob.received, texts{"1"});
            topics->unsubscribe_all(*ann.served);
            topics->unsubscribe_all(*bob.served);
        }
        EXPECT_GT(nth, 1U);
    }
}

} // namespace
} // namespace weft::testing
