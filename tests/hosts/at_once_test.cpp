// SPDX-License-Identifier: MIT
// What host code begins outside any callback of Weft's takes effect at once: no host waits for
// something else to happen first.
#include <weft/loop/timer.hpp>

#include <functional>

#include "hosts/host_fixture.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

class at_once : public on_host {
protected:
    event_loop loop;
    guest attachment{loop, host->ops()};
    echoing here{loop};

    void SetUp() override {
        here.connect();
        ASSERT_TRUE(host->turn_until([&] { return here.opened == 1; }));
    }

    void TearDown() override {
        attachment.detach();
        let_go();
    }

    void on_client(void (*deed)(connection&)) { here.client_->for_each(deed); }

    /// `deed` in a timer of the host's, when there is nothing else to do; what follows comes though
    /// the host is ready to wait for a long time.
    void expect(const std::function<void()>& deed, const std::function<bool()>& holds) {
        for (int i = 0; i < 5; ++i) host->turn(1ms);
        const auto start = std::chrono::steady_clock::now();
        bool done = false;
        host->call_after(duration::zero(), [&] {
            deed();
            done = true;
        });
        while (!(done && holds()) && std::chrono::steady_clock::now() - start < 5s) host->turn(5s);
        EXPECT_TRUE(holds());
        EXPECT_LT(std::chrono::steady_clock::now() - start, 4s) << "something else was waited for";
    }
};

TEST_P(at_once, a_timer) {
    bool fired = false;
    timer soon(loop, [&] { fired = true; });
    expect([&] { soon.arm_after(1ms); }, [&] { return fired; });
}

TEST_P(at_once, an_earlier_timer) {
    bool fired = false;
    timer late(loop, [] {}), soon(loop, [&] { fired = true; });
    late.arm_after(1h);
    expect([&] { soon.arm_after(1ms); }, [&] { return fired; });
}

TEST_P(at_once, a_message) {
    expect([&] { on_client([](connection& peer) { peer.send("hello"); }); },
           [&] { return here.received == 1; });
}

TEST_P(at_once, a_posted_message) {
    expect([&] { here.to.send("hello"); }, [&] { return here.received == 1; });
}

TEST_P(at_once, a_close) {
    expect([&] { on_client([](connection& peer) { peer.close(); }); },
           [&] { return here.closed == 1; });
}

TEST_P(at_once, an_abort) {
    expect([&] { on_client([](connection& peer) { peer.abort(); }); },
           [&] { return here.closed == 1; });
}

TEST_P(at_once, a_resumption) {
    on_client([](connection& peer) {
        peer.pause();
        peer.send("echoed, and left unread");
    });
    expect([&] { on_client([](connection& peer) { peer.resume(); }); },
           [&] { return here.received == 1; });
}

TEST_P(at_once, a_connection) {
    expect([&] { here.connect(); }, [&] { return here.opened == 2; });
}

TEST_P(at_once, a_shutdown) {
    bool over = false;
    expect([&] { loop.shutdown(1h, [&] { over = true; }); }, [&] { return over; });
}

TEST_P(at_once, a_wake_up) {
    int interrupts = 0;
    here.server_->route("/other", {.interrupt = [&] { ++interrupts; }});
    expect([&] { loop.wake(); }, [&] { return interrupts == 1; });
}

TEST_P(at_once, a_new_stay) {
    attachment.detach();
    bool ran = false;
    loop.post([&] { ran = true; });
    expect([&] { attachment = guest(loop, host->ops()); }, [&] { return ran; });
}

WEFT_ON_EVERY_HOST(at_once);

} // namespace
} // namespace weft::testing
