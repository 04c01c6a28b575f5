// SPDX-License-Identifier: MIT
// Draining a server before a restart: closes over a window, late handshakes, the end; and many
// clients that return to the next server at a limited rate and lose no message.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include <weft/testing/dice.hpp>

#include "connection_fixture.hpp"

namespace weft {
namespace {

using namespace testing;

class drain_test : public connection_fixture {
protected:
    int done = 0;

    void drain(duration window, drain_options options = {}) {
        options.window = window;
        server->drain(options, [this] { ++done; });
    }

    void open_many(int count) {
        server->route("/", at_server.all());
        for (int i = 0; i < count; ++i) link();
        driver.settle();
        ASSERT_EQ(at_client.opens, count);
    }
};

TEST_F(drain_test, spreads_the_closes_evenly) {
    open_many(100);
    drain(10s);
    driver.settle();
    for (int second = 1; second <= 10; ++second) {
        pass(1s - 1us);
        EXPECT_EQ(at_client.ends, second * 10) << second;
        EXPECT_EQ(done, second == 10 ? 1 : 0); // when nothing is left
        pass(1us);
    }
    EXPECT_EQ(at_client.end->code(), close_code::service_restart);
    EXPECT_EQ(at_client.end->reason(), "restart");
    EXPECT_TRUE(at_server.end->clean());
    expect_all_over();
}

TEST_F(drain_test, with_nothing_open_is_done_at_once) {
    drain(10s);
    EXPECT_EQ(done, 0); // never from inside the call
    driver.settle();
    EXPECT_EQ(done, 1);
    pass(60s);
    EXPECT_EQ(done, 1);
    expect_all_over();
}

TEST_F(drain_test, answers_late_handshakes_with_503_and_retry_after) {
    drain(10s, {.keep_listening = true, .retry_after = 7s});
    auto late = visit();
    late.write("GET / HTTP/1.1\r\nHost: example.org\r\nUpgrade: websocket\r\n"
               "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
               "Sec-WebSocket-Version: 13\r\n\r\n");
    driver.settle();
    EXPECT_TRUE(late.text().starts_with("HTTP/1.1 503 "));
    EXPECT_NE(late.text().find("Retry-After: 7\r\n"), std::string::npos);
}

TEST_F(drain_test, answers_handshakes_that_its_end_cuts_off_with_retry_after) {
    server->route("/chat", {.validate = [](connection& c) { c.defer(); }});
    auto half = visit();
    half.write("GET / HTTP/1.1\r\nHost: exam");
    auto deferred = visit();
    deferred.write(canned_request());
    driver.settle();
    drain(5s, {.keep_listening = true, .retry_after = 7s});
    pass(5s);
    for (auto* const one : {&half, &deferred}) {
        EXPECT_TRUE(one->text().starts_with("HTTP/1.1 503 ")) << one->text();
        EXPECT_NE(one->text().find("Retry-After: 7\r\n"), std::string::npos) << one->text();
    }
}

TEST_F(drain_test, goes_on_listening_for_its_window_if_wanted) {
    drain(10s, {.keep_listening = true});
    pass(10s - 1us);
    EXPECT_EQ(done, 0);
    pass(1us);
    EXPECT_EQ(done, 1);
}

TEST_F(drain_test, closes_a_handshake_that_is_accepted_late_with_its_window) {
    at_server.on["validate"] = [](connection* c) { c->defer(); };
    server->route("/", at_server.all());
    link();
    driver.settle();
    drain(10s);
    pass(5s);
    (void)served().accept();
    driver.settle();
    EXPECT_EQ(at_client.opens, 1);
    pass(5s);
    EXPECT_EQ(at_client.end->code(), close_code::service_restart);
    EXPECT_EQ(done, 1);
}

TEST_F(drain_test, finishes_what_is_queued_and_aborts_it_at_last) {
    capacity = 1000;
    open_many(1);
    outbound().pause(); // the client reads nothing
    served().send(std::string(100'000, 'x'));
    driver.settle();
    drain(1s, {.finish = 5s});
    pass(1s);
    pass(5s - 1us);
    EXPECT_EQ(done, 0);
    outbound().resume();
    driver.settle();
    EXPECT_EQ(done, 1);
    EXPECT_EQ(at_client.log.back(), "close");
    EXPECT_TRUE(at_client.end->clean());

    at_client.on.clear();
    done = 0;
    link();
    driver.settle();
    outbound().pause();
    served().send(std::string(100'000, 'x'));
    drain(1s, {.finish = 5s});
    pass(1s);
    pass(5s);
    EXPECT_EQ(done, 1);
    EXPECT_EQ(at_server.end->error, errc::shut_down);
}

TEST_F(drain_test, is_cut_short_by_shutdown_stop_destruction_and_a_second_drain) {
    for (int how = 0; how < 4; ++how) {
        server.emplace(driver);
        done = 0;
        at_client.opens = 0;
        open_many(4);
        drain(1h);
        driver.settle();
        int other = 0;
        switch (how) {
        case 0: server->shutdown(5s, [&] { ++other; }); break;
        case 1: server->stop(); break;
        case 2: server.reset(); break;
        case 3: server->drain({}, [&] { ++other; }); break;
        }
        driver.settle();
        EXPECT_EQ(done, 1) << how;
        EXPECT_EQ(other, how == 0 || how == 3 ? 1 : 0);
        pass(2h);
        EXPECT_EQ(done, 1);
    }
}

TEST_F(drain_test, keeps_an_earlier_end_of_a_connection) {
    connection_options limited;
    limited.lifetime_max = 2s;
    limited.lifetime_jitter = 0;
    server->route("/", at_server.all(), {.connection = limited});
    link();
    link();
    driver.settle();
    drain(100s); // the second connection's turn would come after 50 seconds
    pass(2s);
    EXPECT_EQ(at_client.end->code(), close_code::going_away);
    EXPECT_EQ(done, 1);
}

// --- a restart with many clients

/// A service that restarts, and clients that number their messages, repeat those that were not
/// confirmed, and are kept connected.
class restart {
public:
    explicit restart(std::size_t count) : random_(7), driver_({}, random_) {
        begin_server();
        members_.resize(count);
        for (std::size_t i = 0; i < count; ++i) begin_client(i);
    }

    /// Lets time pass in small steps; each client sends a message every second.
    void run(std::chrono::seconds time) {
        for (int step = 0; step < time.count() * 10; ++step) {
            for (std::size_t i = std::size_t(step) % 10; i < members_.size(); i += 10) say(i);
            driver_.advance(driver_.now() + 100ms);
            driver_.settle();
        }
    }

    /// Drains the server. The next one serves meanwhile, or begins afterwards.
    void restart_server(duration window, bool meanwhile) {
        last_.emplace(std::move(*server_));
        last_->drain({.window = window}, [this] { drained_ = true; });
        refuses_ = !meanwhile;
        begin_server();
        while (!drained_) run(1s);
        last_.reset();
        refuses_ = false;
    }

    [[nodiscard]] std::size_t open_count() const {
        std::size_t count = 0;
        for (const auto& one : members_) count += one.kept.is_open();
        return count;
    }

    /// The largest number of handshakes in one second, without those of the beginning.
    [[nodiscard]] std::size_t busiest_second() const {
        std::size_t most = 0;
        for (const auto& [second, count] : handshakes_) {
            if (second > 2) most = std::max(most, count);
        }
        return most;
    }

    /// Each message that was confirmed has arrived, none twice, in order.
    void expect_nothing_lost() const {
        for (std::size_t i = 0; i < members_.size(); ++i) {
            const auto& one = members_[i];
            ASSERT_GT(one.confirmed, 0) << i;
            ASSERT_EQ(one.confirmed, one.said) << i;
            ASSERT_EQ(one.arrived, one.said) << i;
            ASSERT_EQ(one.wrong, 0) << i;
        }
    }

private:
    struct member {
        reconnecting_connection kept;
        int said = 0;
        int confirmed = 0;
        int arrived = 0; // at the service, which outlives its servers
        int wrong = 0;   // arrived out of order
    };

    void begin_server() {
        server_.emplace(driver_);
        handlers what;
        what.message = [this](connection& c, message m) {
            const std::string text(m.text());
            member& from = members_[std::stoul(text)];
            const int number = std::stoi(text.substr(text.find(' ')));
            if (number == from.arrived + 1) ++from.arrived;
            if (number > from.arrived) ++from.wrong;
            c.send(std::to_string(number));
        };
        server_->route("/", std::move(what));
    }

    void begin_client(std::size_t at) {
        handlers what;
        what.open = [this, at](connection& c) {
            ++handshakes_[std::chrono::floor<std::chrono::seconds>(driver_.now().time_since_epoch())
                              .count()];
            member& me = members_[at];
            for (int number = me.confirmed + 1; number <= me.said; ++number) send(c, at, number);
        };
        what.message = [this, at](connection&, message m) {
            members_[at].confirmed =
                std::max(members_[at].confirmed, std::stoi(std::string(m.text())));
        };
        members_[at].kept = client_.keep_connected(
            "ws://service/", std::move(what), {}, [this](connection& outbound) {
                auto& pending = stream_endpoint::pending(outbound);
                if (refuses_) {
                    const auto refused = std::make_error_code(std::errc::connection_refused);
                    return pending.fail(phase::connect, refused);
                }
                auto [a, b] = memory_pipe(driver_, driver_);
                server_->serve(std::move(a));
                pending.attach(std::move(b));
            });
    }

    void say(std::size_t at) {
        member& me = members_[at];
        if (silent) return;
        ++me.said;
        if (auto* const peer = me.kept.current()) send(*peer, at, me.said);
    }

    static void send(connection& to, std::size_t at, int number) {
        to.send(std::to_string(at) + " " + std::to_string(number));
    }

public:
    bool silent = false;

private:
    dice random_;
    manual_driver driver_;
    std::optional<stream_endpoint> server_;
    std::optional<stream_endpoint> last_; // drains
    stream_endpoint client_{driver_};
    std::vector<member> members_;
    std::map<std::int64_t, std::size_t> handshakes_;
    bool refuses_ = false;
    bool drained_ = false;
};

TEST(restart_test, brings_all_clients_back_slowly_and_loses_nothing) {
    const std::size_t count = std::getenv("WEFT_RESTART_CLIENTS")
        ? std::strtoul(std::getenv("WEFT_RESTART_CLIENTS"), nullptr, 10)
        : 300;
    for (const bool meanwhile : {true, false}) {
        restart here(count);
        here.run(5s);
        ASSERT_EQ(here.open_count(), count);
        here.restart_server(30s, meanwhile);
        here.run(80s);
        EXPECT_EQ(here.open_count(), count);
        here.silent = true;
        here.run(3s);
        here.expect_nothing_lost();
        EXPECT_LE(here.busiest_second(), meanwhile ? count / 15 : count / 5);
    }
}

} // namespace
} // namespace weft
