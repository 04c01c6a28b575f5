// SPDX-License-Identifier: MIT
// Weft in company: two event loops on one host, two hosts in one thread and in two, and hosts that
// are run inside a handler.
#include <atomic>
#include <functional>
#include <thread>

#include "hosts/host_fixture.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

class company : public on_host {
protected:
    /// Turns of both hosts until `holds`.
    static bool turn_both_until(foreign_loop& one, foreign_loop& two,
                                const std::function<bool()>& holds) {
        return one.turn_until([&] {
            two.turn(duration::zero());
            return holds();
        });
    }

    static void exchange(echoing& here, const std::function<bool(std::function<bool()>)>& until) {
        here.connect();
        EXPECT_TRUE(until([&] { return here.opened == 1; }));
        for (int i = 1; i <= 10; ++i) {
            here.to.send("hello");
            EXPECT_TRUE(until([&] { return here.received == i; }));
        }
    }
};

TEST_P(company, two_loops_on_one_host) {
    event_loop one, two;
    guest first(one, host->ops()), second(two, host->ops());
    echoing here(one, two);
    exchange(here, [&](auto holds) { return host->turn_until(holds); });
    first.detach();
    second.detach();
    let_go();
}

TEST_P(company, two_hosts_in_one_thread) {
    if (!has_company()) GTEST_SKIP() << "there is one in a process, and no other kind";
    const auto other = another_kind().make();
    event_loop one, two;
    guest first(one, host->ops()), second(two, other->ops());
    echoing here(one, two);
    exchange(here, [&](auto holds) { return turn_both_until(*host, *other, holds); });
}

TEST_P(company, a_turn_inside_a_handler_serves_the_others) {
    if (!host->nests()) GTEST_SKIP() << "this host is not run inside its callbacks";
    event_loop loop;
    guest attachment(loop, host->ops());
    echoing here(loop);
    int calls = 0, answers = 0;
    here.server_->route("/nested", {.message = [&](connection& peer, message) {
        if (++calls == 1) {
            here.connect();
            EXPECT_TRUE(host->turn_until([&] { return here.opened == 1; }));
            here.to.send("hello");
            EXPECT_TRUE(host->turn_until([&] { return here.received == 1; }));
            EXPECT_EQ(calls, 1) << "its own next message waits";
        }
        peer.send("served");
    }});
    here.client_->connect(here.url + "nested",
                          {.open =
                               [](connection& peer) {
                                   peer.send("one");
                                   peer.send("two");
                               },
                           .message = [&](connection&, message) { ++answers; }});
    EXPECT_TRUE(host->turn_until([&] { return answers == 2; }));
    EXPECT_EQ(calls, 2);
}

TEST_P(company, a_host_of_another_kind_inside_a_handler) {
    if (!has_company()) GTEST_SKIP() << "there is one in a process, and no other kind";
    const auto other = another_kind().make();
    event_loop outer, inner;
    guest first(outer, host->ops()), second(inner, other->ops());
    echoing here(inner);
    bool over = false;
    outer.post([&] {
        exchange(here, [&](auto holds) { return other->turn_until(holds); });
        over = true;
    });
    EXPECT_TRUE(host->turn_until([&] { return over; }));
}

TEST_P(company, a_loop_moves_to_another_host_inside_its_own_handler) {
    if (!has_company()) GTEST_SKIP() << "there is one in a process, and no other kind";
    const auto other = another_kind().make();
    event_loop loop;
    guest attachment(loop, host->ops());
    echoing here(loop);
    loop.post([&] {
        attachment.detach();
        attachment = guest(loop, other->ops());
        here.connect();
    });
    EXPECT_TRUE(turn_both_until(*host, *other, [&] { return here.opened == 1; }));
    EXPECT_TRUE(attachment.attached());
}

WEFT_ON_EVERY_HOST(company);

class company_in_threads : public on_host {};

TEST_P(company_in_threads, each_host_has_its_own) {
    if (!has_company()) GTEST_SKIP() << "there is one in a process, and no other kind";
    std::atomic<int> received = 0;
    std::atomic<const std::string*> where = nullptr;
    std::thread dials([&] {
        const auto other = another_kind().make();
        event_loop loop;
        guest attachment(loop, other->ops());
        client outbound_connector(loop);
        while (!where) std::this_thread::yield();
        outbound_connector.connect(*where,
                                   {.open = [](connection& peer) { peer.send("hello"); },
                                    .message =
                                        [&](connection& peer, message m) {
                                            ++received == 10 ? peer.close()
                                                             : static_cast<void>(peer.send(m));
                                        },
                                    .close = [&](connection&, const report&) { ++received; }});
        EXPECT_TRUE(other->turn_until([&] { return received == 11; }));
        attachment.detach();
        other->turn(duration::zero());
    });
    {
        event_loop loop;
        guest attachment(loop, host->ops());
        const echoing here(loop);
        where = &here.url;
        EXPECT_TRUE(host->turn_until([&] { return received == 11; }));
        dials.join();
    }
    let_go();
}

TEST_P(company_in_threads, posts_from_another_wake_the_host) {
    event_loop loop;
    guest attachment(loop, host->ops());
    constexpr int all = 100;
    std::atomic<int> done = 0;
    std::thread posts([&] {
        for (int i = 0; i < all; ++i) {
            loop.post([&] { ++done; });
            while (done <= i) std::this_thread::yield(); // one at a time: each has to wake it
        }
    });
    const auto start = std::chrono::steady_clock::now();
    while (done < all && std::chrono::steady_clock::now() - start < 20s) host->turn(5s);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 4s) << "a wake-up was missed";
    posts.join();
}

WEFT_ON_EVERY_HOST(company_in_threads);

} // namespace
} // namespace weft::testing
