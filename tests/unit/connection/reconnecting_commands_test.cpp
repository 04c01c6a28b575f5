// SPDX-License-Identifier: MIT
// Commands to a connection that is opened again, and its destruction: in each of its states, and by
// each of its handlers.
#include <stdexcept>
#include <string_view>

#include "reconnecting_fixture.hpp"

namespace weft {
namespace {

using namespace testing;

TEST_F(reconnecting_test, tries_at_once_after_try_now) {
    reachable = false;
    keep();
    driver.settle();
    EXPECT_EQ(attempts, 1);
    reachable = true;
    server->route("/", at_server.all());
    kept.try_now();
    EXPECT_EQ(attempts, 1); // not from inside the call
    driver.settle();
    EXPECT_TRUE(kept.is_open());
    kept.try_now(); // has no effect on an open connection
    driver.settle();
    EXPECT_EQ(attempts, 2);
}

TEST_F(reconnecting_test, is_closed_in_each_of_its_states) {
    keep_open();
    kept.close(close_code(4000), "enough");
    driver.settle();
    EXPECT_EQ(at_server.end->code(), close_code(4000));
    EXPECT_EQ(at_client.ends, 1);
    EXPECT_TRUE(kept.ended());

    reachable = false; // waiting
    keep();
    driver.settle();
    kept.close();
    EXPECT_EQ(driver.next_deadline(), never);

    reachable = true; // in the handshake
    at_server.on["validate"] = [](connection* c) { c->defer(); };
    keep();
    driver.settle();
    const int ends = at_client.ends;
    kept.close();
    driver.settle();
    EXPECT_EQ(at_client.ends, ends);
    EXPECT_EQ(client->connection_count(), 0U);
    EXPECT_EQ(given_up, 0);
}

TEST_F(reconnecting_test, may_be_destroyed_by_each_handler) {
    for (const char* where : {"open", "message", "close", "fail", "ping"}) {
        for (const bool whole_client : {false, true}) {
            client.emplace(driver);
            at_client.on.clear();
            reachable = std::string_view(where) != "fail";
            server->route("/", at_server.all());
            at_server.on["open"] = [](connection* c) {
                c->ping();
                c->send("x");
                c->close(close_code::going_away);
            };
            at_client.on[where] = [&](connection*) {
                if (whole_client) {
                    client.reset();
                } else {
                    kept = {};
                }
            };
            keep(with_queue(100));
            kept.send("kept");
            driver.settle();
            const auto tried = attempts;
            pass(1h);
            EXPECT_EQ(attempts, tried) << where;
            EXPECT_TRUE(kept.ended()) << where;
            kept = {};
        }
    }
}

TEST_F(reconnecting_test, may_be_destroyed_by_each_of_its_hooks) {
    for (int hook = 0; hook < 4; ++hook) {
        reachable = false;
        reconnect_options options;
        options.failures_max = 0;
        const auto destroy = [&](int which) {
            if (which == hook) kept = {};
        };
        options.prepare = [&](reconnect_attempt next) {
            destroy(0);
            next.start();
        };
        options.decide = [&](const report&, reconnect_decision standard) {
            destroy(1);
            return standard;
        };
        options.waiting = [&](const report&, duration) { destroy(2); };
        options.given_up = [&](const report&) { destroy(3); };
        if (hook == 2) options.failures_max = 10;
        kept = client->keep_connected("ws://example.org/", at_client.all(), std::move(options),
                                      [this](connection& outbound) { connect(outbound); });
        pass(1h);
        EXPECT_TRUE(kept.ended()) << hook;
        EXPECT_EQ(client->connection_count(), 0U);
    }
}

TEST_F(reconnecting_test, goes_on_after_a_handler_that_throws) {
    driver.on_error([](const std::exception_ptr&) {});
    at_client.on["close"] = [](connection*) { throw std::runtime_error("close"); };
    at_client.on["fail"] = [](connection*) { throw std::runtime_error("fail"); };
    keep_open();
    end(1001);
    reachable = false;
    pass_wait();
    reachable = true;
    pass_wait();
    EXPECT_TRUE(kept.is_open());
}

TEST_F(reconnecting_test, does_not_return_while_its_endpoint_shuts_down_or_stops) {
    keep_open();
    int done = 0;
    client->shutdown(5s, [&] { ++done; });
    driver.settle();
    EXPECT_EQ(done, 1);
    EXPECT_EQ(at_client.ends, 1);
    EXPECT_TRUE(kept.ended());
    keep();
    driver.settle();
    client->stop();
    driver.settle();
    EXPECT_TRUE(kept.ended());
    EXPECT_EQ(at_client.end->error, errc::aborted);
    EXPECT_EQ(given_up, 0);
    EXPECT_EQ(client->connection_count(), 0U);
}

TEST_F(reconnecting_test, moves) {
    keep_open();
    auto elsewhere = std::move(kept);
    EXPECT_TRUE(kept.ended());
    EXPECT_TRUE(elsewhere.is_open());
    kept = std::move(elsewhere);
    end(1001);
    pass_wait();
    EXPECT_TRUE(kept.is_open());
}

/// A driver that can be woken, as an event loop can.
class wakeable_driver final : public weft::driver {
public:
    ~wakeable_driver() override { close(); }
    void wake() {
        const turn here(*this, {});
        interrupt_observers();
    }
    time_point read_clock() const noexcept override { return {}; }
    random_source& random() noexcept override { return random_; }
    void post_arrived() noexcept override {}

private:
    device_random random_;
};

TEST(reconnecting_interrupt, reaches_a_connection_between_attempts) {
    wakeable_driver driver;
    stream_endpoint client(driver);
    int interrupts = 0;
    handlers what;
    what.interrupt = [&] { ++interrupts; };
    auto kept = client.keep_connected("ws://x/", std::move(what), {}, [](connection&) {});
    driver.wake();
    EXPECT_EQ(interrupts, 1);
    kept = {};
    driver.wake();
    EXPECT_EQ(interrupts, 1);
}

} // namespace
} // namespace weft
