// SPDX-License-Identifier: MIT
// A subscriber whose stream calls the application when it writes. What the application publishes
// then is delivered once and in order, and it may end subscriptions and the hub.
#include <algorithm>

#include <weft/hub/sharded_broker.hpp>
#include <weft/stream/io_stream.hpp>

#include "forwarding_session.hpp"
#include "hub_fixture.hpp"
#include "support/allocations.hpp"
#include "support/pass_on.hpp"

namespace weft::testing {
namespace {

/// So long that a connection writes it at once.
const std::string long_text(20'000, 'x');

/// A subscriber whose stream is an io_stream, so that each write of the server calls a handler.
class hub_on_io_stream : public hub_fixture {
protected:
    void SetUp() override {
        capacity = 1024 * 1024;
        hub_fixture::SetUp();
        server->route("/fed", {.open = [this](connection& c) { fed = &c; }});
        client->connect(near_end.take_stream(), *uri::parse("ws://example.org/fed"),
                        {.message = [this](connection&, message m) {
                            received.emplace_back(m.text());
                        }});
        server->serve(far_end.take_stream());
        driver.settle();
        ASSERT_TRUE(fed);
    }

    /// Makes it subscribe. Hubs visit the newest subscriber first.
    void join_fed(std::string_view topic, subscribe_options options = {}) {
        ASSERT_TRUE(topics->subscribe(*fed, topic, std::move(options)));
        driver.settle();
    }

    io_stream near_end{driver, [this](std::span<const std::span<const std::byte>> pieces) {
                           return result<std::size_t>(pass_on(pieces, far_end));
                       }};
    io_stream far_end{driver, [this](std::span<const std::span<const std::byte>> pieces) {
                          if (full) return result<std::size_t>(0);
                          if (auto once = std::exchange(on_write, {})) once();
                          return result<std::size_t>(pass_on(pieces, near_end));
                      }};
    function<void()> on_write; // called once
    bool full = false;         // takes nothing
    connection* fed = nullptr;
    texts received;
};

TEST_F(hub_on_io_stream, may_end_the_subscription_in_a_write) {
    join_fed("news");
    auto& bob = join("news");
    on_write = [this] { topics->unsubscribe(*fed, "news"); };
    say("news", "1");
    driver.settle();
    publish("news", "2");
    EXPECT_EQ(received, texts{"1"});
    EXPECT_EQ(bob.received, (texts{"1", "2"}));
}

TEST_F(hub_on_io_stream, may_destroy_the_hub_in_a_write) {
    join_fed("news");
    auto& bob = join("news");
    on_write = [this] { topics.reset(); };
    say("news", "1");
    driver.settle();
    EXPECT_EQ(received, texts{"1"});
    EXPECT_EQ(bob.received, texts{"1"});
}

TEST_F(hub_on_io_stream, may_publish_in_a_write) {
    join_fed("news");
    auto& bob = join("news");
    on_write = [this] { say("news", "2"); };
    say("news", "1");
    driver.settle();
    EXPECT_EQ(received, (texts{"1", "2"}));
    EXPECT_EQ(bob.received, (texts{"1", "2"}));
}

/// All subscribers leave while the full run is written, so nobody joins it with the publication
/// that found no room. Its memory is one of 64 pieces.
TEST_F(hub_on_io_stream, may_end_all_subscriptions_in_a_write_without_losing_memory) {
    for (int i = 0; i < 70; ++i) {
        const std::string topic = "topic " + std::to_string(i);
        auto& bob = visitors.empty() ? visit() : *visitors.front();
        ASSERT_TRUE(topics->subscribe(*bob.served, topic));
        join_fed(topic);
        on_write = [&] {
            topics->unsubscribe_all(*bob.served);
            topics->unsubscribe_all(*fed);
        };
        say_many(topic, 40); // 20 KB
        driver.settle();
        ASSERT_FALSE(on_write);
        ASSERT_EQ(topics->subscription_count(), 0U);
    }
    const auto& ann = join("news");
    join("news");
    const auto sent = ann.served->traffic().messages_sent;
    say("news", "1");
    EXPECT_EQ(ann.served->traffic().messages_sent, sent) << "the topic has no run";
}

/// Runs of the topic and of the prefix end each other, so that much output waits, and is written
/// while one of the two is extended.
TEST_F(hub_on_io_stream, may_publish_to_another_shard_in_a_write) {
    for (const bool shifted : {false, true}) {
        auto broker = std::make_shared<sharded_broker>(std::vector<broker_shard>{
            {"a", std::make_shared<memory_broker>()}, {"b", std::make_shared<memory_broker>()}});
        std::string other = "n1";
        while (broker->shard_of(other) == broker->shard_of("n")) other += '1';
        hub_options options;
        options.broker = std::move(broker);
        start(std::move(options));
        auto& bob = join("n");
        const auto all = [] {
            subscribe_options made;
            made.prefix = true;
            return made;
        };
        ASSERT_TRUE(topics->subscribe(*bob.served, "n", all()));
        join_fed("n");
        join_fed("n", all());
        received.clear();
        if (shifted) fed->send(numbered(0)); // shifts what waits by one message
        on_write = [&] { say(other, numbered(1000)); };
        for (int i = 0; i < 200; ++i) say("n", numbered(i));
        EXPECT_FALSE(on_write);
        driver.settle();
        std::vector<int> expected;
        for (int i = 0; i < 200; ++i) expected.insert(expected.end(), 2, i);
        for (const bool is_bob : {true, false}) {
            auto read = numbers(is_bob ? bob.received : received);
            if (!is_bob && shifted) read.erase(read.begin());
            EXPECT_EQ(std::erase(read, 1000), 1U) << is_bob;
            EXPECT_EQ(read, expected) << is_bob;
        }
    }
}

// --- publications that a broker delivers late

/// A broker in memory that keeps publications back, which the test then delivers or not.
class withholding_broker final : public broker {
public:
    std::unique_ptr<broker_session> open(broker_client& client, weft::driver& on) override {
        auto made = std::make_unique<session>(*this, client);
        made->connect(on);
        to = &client;
        return made;
    }

    bool withholds = false;
    std::vector<shared_publication> withheld;
    broker_client* to = nullptr;

private:
    class session final : public forwarding_session, public broker_client {
    public:
        session(withholding_broker& of, broker_client& client) : of_(of), client_(client) {}
        ~session() override { inner_.reset(); }
        void connect(weft::driver& on) { inner_ = of_.inner_.open(*this, on); }

        void on_publication(std::string_view topic,
                            const shared_publication& what) noexcept override {
            if (of_.withholds) return of_.withheld.push_back(what);
            client_.on_publication(topic, what);
        }
        void on_interruption() noexcept override { client_.on_interruption(); }

    private:
        withholding_broker& of_;
        broker_client& client_;
    };

    memory_broker inner_;
};

class hub_that_catches_up : public hub_on_io_stream {
protected:
    void SetUp() override {
        hub_on_io_stream::SetUp();
        start_again();
    }

    /// Starts a hub over a new broker.
    void start_again() {
        topics.reset();
        broker = std::make_shared<withholding_broker>();
        hub_options options;
        options.broker = broker;
        options.history = {100, 1min};
        start(std::move(options));
    }

    /// Publishes what the broker does not deliver.
    shared_publication withhold(std::string_view what, publish_options options = {}) {
        broker->withholds = true;
        say("news", what, std::move(options));
        broker->withholds = false;
        return broker->withheld.back();
    }

    std::shared_ptr<withholding_broker> broker;
};

TEST_F(hub_that_catches_up, delivers_in_order_what_is_published_in_a_write) {
    auto& bob = join("news");
    join_fed("news");
    withhold(long_text);
    withhold("2");
    on_write = [this] { say("news", "3"); };
    broker->to->on_interruption();
    EXPECT_FALSE(on_write);
    driver.settle();
    EXPECT_EQ(received, (texts{long_text, "2", "3"}));
    EXPECT_EQ(bob.received, received);
}

TEST_F(hub_that_catches_up, waits_until_a_publication_is_delivered) {
    auto& bob = join("news");
    join_fed("news");
    const auto first = withhold(long_text);
    withhold("2");
    on_write = [this] { broker->to->on_interruption(); };
    broker->to->on_publication("news", first);
    EXPECT_FALSE(on_write);
    pass(10s);
    EXPECT_EQ(received, (texts{long_text, "2"}));
    EXPECT_EQ(bob.received, received);
}

TEST_F(hub_that_catches_up, reads_what_it_had_no_memory_to_keep) {
    auto& bob = join("news");
    join_fed("news");
    const auto first = withhold(long_text);
    on_write = [this] {
        const auto second = withhold("2");
        const failing_allocation fails(1);
        broker->to->on_publication("news", second);
        EXPECT_TRUE(fails.happened());
    };
    broker->to->on_publication("news", first);
    EXPECT_FALSE(on_write);
    pass(10s);
    EXPECT_EQ(received, (texts{long_text, "2"}));
    EXPECT_EQ(bob.received, received);
}

/// Subscribers would not notice the loss of a publication without a position, or by a prefix.
TEST_F(hub_that_catches_up, ends_connections_without_memory_to_keep_what_cannot_be_read) {
    for (const bool transient : {false, true}) {
        start_again();
        auto& named = join("news");
        auto& by_prefix = join_prefix("ne");
        join_fed("news");
        const auto first = withhold(long_text);
        on_write = [this, transient] {
            publish_options options;
            options.transient = transient;
            const auto second = withhold("2", std::move(options));
            const failing_allocation fails(1);
            broker->to->on_publication("news", second);
            EXPECT_TRUE(fails.happened());
        };
        broker->to->on_publication("news", first);
        EXPECT_FALSE(on_write);
        driver.settle();
        EXPECT_EQ(named.end.has_value(), transient);
        EXPECT_TRUE(by_prefix.end);
    }
}

// --- subscribers that recover, and slow ones

TEST_F(hub_that_catches_up, gives_a_subscriber_first_what_it_missed) {
    for (const bool reads : {false, true}) {
        const auto& bob = join("news");
        const auto begin = position{0, withhold(long_text)->at.epoch};
        publish("news", long_text);
        publish("news", "3");
        on_write = [this, reads] {
            if (!reads) return say("news", "4");
            withhold("4");
            broker->to->on_interruption();
        };
        subscribe_options recovering;
        recovering.since = begin;
        received.clear();
        join_fed("news", std::move(recovering));
        EXPECT_FALSE(on_write);
        pass(10s);
        EXPECT_EQ(received, (texts{long_text, long_text, "3", "4"})) << reads;
        EXPECT_EQ(bob.received, received) << reads;
        start_again();
    }
}

TEST_F(hub_that_catches_up, gives_nothing_to_a_subscriber_that_leaves_while_it_recovers) {
    join("news");
    const auto begin = position{0, withhold(long_text)->at.epoch};
    publish("news", long_text);
    on_write = [this] { topics->unsubscribe(*fed, "news"); };
    subscribe_options recovering;
    recovering.since = begin;
    join_fed("news", std::move(recovering));
    EXPECT_FALSE(on_write);
    EXPECT_EQ(received, texts{long_text});
    EXPECT_EQ(topics->subscribers("news"), 1U);
}

class hub_with_a_slow_io_stream : public hub_on_io_stream {
protected:
    void SetUp() override {
        hub_on_io_stream::SetUp();
        join_fed("news", when_slow(slow_reader::drop_oldest, 1024 * 1024));
        full = true;
        publish("news", long_text);
        publish("news", long_text);
        publish("news", "3");
        ASSERT_NE(topics->queued_bytes(), 0U);
    }

    /// Lets the stream take output again. Sending what waited in the hub calls `what`.
    void read_on(function<void()> what) {
        full = false;
        on_write = [this, act = std::move(what)]() mutable { on_write = std::move(act); };
        far_end.writable();
        driver.settle();
        EXPECT_FALSE(on_write);
    }
};

TEST_F(hub_with_a_slow_io_stream, gets_first_what_waited) {
    read_on([this] { say("news", "4"); });
    EXPECT_EQ(received, (texts{long_text, long_text, "3", "4"}));
    EXPECT_EQ(topics->queued_bytes(), 0U);
}

TEST_F(hub_with_a_slow_io_stream, may_leave_while_it_gets_what_waited) {
    read_on([this] { topics->unsubscribe(*fed, "news"); });
    EXPECT_EQ(received, (texts{long_text, long_text}));
    EXPECT_EQ(topics->queued_bytes(), 0U);
    join_fed("news");
    publish("news", "4");
    EXPECT_EQ(received.back(), "4");
}

TEST_F(hub_with_a_slow_io_stream, may_destroy_the_hub_while_it_gets_what_waited) {
    read_on([this] {
        topics.reset();
        fed->abort();
    });
    EXPECT_LE(received.size(), 2U);
}

/// The other hub follows the same connection, and its place there comes next.
TEST_F(hub_with_a_slow_io_stream, may_leave_and_join_other_hubs_while_it_gets_what_waited) {
    for (const bool destroyed : {false, true}) {
        std::optional<hub> other(driver);
        hub third(driver);
        ASSERT_TRUE(other->subscribe(*fed, "other"));
        read_on([&] {
            destroyed ? other.reset() : other->unsubscribe_all(*fed);
            EXPECT_TRUE(third.subscribe(*fed, "third"));
        });
        EXPECT_EQ(received, (texts{long_text, long_text, "3"}));
        EXPECT_EQ(topics->queued_bytes(), 0U);
        EXPECT_EQ(third.subscribers("third"), 1U);
        if (destroyed) return;
        EXPECT_EQ(other->subscription_count(), 0U);
        received.clear();
        third.unsubscribe_all(*fed);
        full = true;
        publish("news", long_text);
        publish("news", long_text);
        publish("news", "3");
    }
}

} // namespace
} // namespace weft::testing
