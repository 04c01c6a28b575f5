// SPDX-License-Identifier: MIT
// A guest's manners: the application's own things go on as if Weft were not there, its loop runs
// and ends when it would, and is afterwards as it was before.
#include <algorithm>
#include <csignal>
#include <cstring>
#include <functional>
#include <vector>

#include <weft/loop/timer.hpp>

#include "hosts/application.hpp"
#include "hosts/host_fixture.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

class manners : public on_host {
protected:
    /// Each of the application's own things has its turn, again and again.
    void expect_it_goes_on(application& app, const char* when) {
        app.take();
        EXPECT_TRUE(host->turn_until([&] { return app.so_far().least() >= 5; }))
            << when << ": " << app.so_far().rings << " rings, " << app.so_far().reads
            << " reads, " << app.so_far().idle << " idle calls";
    }

    /// Runs the host as the application does, which ends it where it does not end by itself.
    void run_with(const std::function<void(std::function<void()> over)>& begin) {
        begin([this] {
            if (!host->ends_by_itself()) host->quit();
        });
        host->run();
    }
};

TEST_P(manners, the_applications_own_things_go_on) {
    application app(*host);
    expect_it_goes_on(app, "before");
    {
        event_loop loop;
        guest attachment(loop, host->ops());
        expect_it_goes_on(app, "beside an idle loop");
        echoing here(loop);
        here.connect();
        EXPECT_TRUE(host->turn_until([&] { return here.opened == 1; }));
        for (int i = 1; i <= 20; ++i) {
            here.to.send("hello");
            EXPECT_TRUE(host->turn_until([&] { return here.received == i; }));
        }
        expect_it_goes_on(app, "beside an open connection");
    }
    expect_it_goes_on(app, "after");
    app.leave();
}

TEST_P(manners, timers_and_descriptors_go_on_beside_a_loop_that_never_rests) {
    application app(*host);
    event_loop loop;
    guest attachment(loop, host->ops());
    const busy_loop busy(loop);
    app.take();
    EXPECT_TRUE(host->turn_until([&] {
        return std::min(app.so_far().rings, app.so_far().reads) >= 10 && busy.rounds() > 1000;
    })) << app.so_far().rings << " rings, " << app.so_far().reads << " reads, " << busy.rounds();
    attachment.detach();
    app.leave();
}

TEST_P(manners, weft_is_served_beside_an_application_that_never_rests) {
    application app(*host);
    event_loop loop;
    guest attachment(loop, host->ops());
    echoing here(loop);
    here.connect();
    EXPECT_TRUE(host->turn_until([&] { return here.opened == 1; }));
    for (int i = 1; i <= 20; ++i) {
        here.to.send("hello");
        EXPECT_TRUE(host->turn_until([&] { return here.received == i; }));
    }
    attachment.detach();
    app.leave();
}

TEST_P(manners, nothing_is_left_when_done_has_run) {
    host->turn(duration::zero());
    const auto before = host->things();
    event_loop loop;
    for (int i = 0; i < 3; ++i) {
        guest attachment(loop, host->ops());
        EXPECT_TRUE(!before || *host->things() > *before);
        bool ran = false, done = false;
        loop.post([&] { ran = true; });
        EXPECT_TRUE(host->turn_until([&] { return ran; }));
        attachment.detach([&] { done = true; });
        EXPECT_FALSE(attachment.attached());
        EXPECT_TRUE(host->turn_until([&] { return done; }));
        EXPECT_EQ(host->things(), before);
    }
}

TEST_P(manners, no_signal_is_touched) {
    struct dispositions {
        dispositions() {
            for (int number = 1; number < NSIG; ++number) {
                struct sigaction set {};
                ::sigaction(number, nullptr, &set);
                handlers.push_back(set.sa_handler);
                flags.push_back(set.sa_flags);
            }
            ::sigprocmask(SIG_SETMASK, nullptr, &mask);
            for (int number = 1; number < NSIG; ++number) {
                blocked.push_back(sigismember(&mask, number));
            }
        }
        bool operator==(const dispositions& other) const {
            return handlers == other.handlers && flags == other.flags && blocked == other.blocked;
        }
        sigset_t mask{};
        std::vector<void (*)(int)> handlers;
        std::vector<int> flags, blocked;
    };
    host->turn(duration::zero());
    const dispositions before;
    {
        event_loop loop;
        guest attachment(loop, host->ops());
        EXPECT_EQ(dispositions(), before);
        echoing here(loop);
        here.connect();
        EXPECT_TRUE(host->turn_until([&] { return here.opened == 1; }));
        EXPECT_EQ(dispositions(), before);
    }
    host->turn(duration::zero());
    EXPECT_EQ(dispositions(), before);
}

TEST_P(manners, run_lasts_as_long_as_there_is_work) {
    event_loop loop;
    guest attachment(loop, host->ops());
    for (int round = 1; round <= 2; ++round) {
        echoing here(loop);
        here.connect();
        bool over = false;
        timer end(loop, [&] { loop.shutdown(1s, [&] { over = true; }); });
        timer last(loop, [&] { host->quit(); });
        end.arm_after(10ms);
        if (!host->ends_by_itself()) last.arm_after(30ms);
        host->run();
        EXPECT_TRUE(over) << "run returned while there was work";
        EXPECT_EQ(here.opened, 1);
        EXPECT_EQ(here.closed, 1);
    }
    EXPECT_TRUE(attachment.attached());
}

TEST_P(manners, run_without_work_returns) {
    if (!host->ends_by_itself()) GTEST_SKIP() << "this library's run lasts until it is broken";
    event_loop loop;
    guest attachment(loop, host->ops());
    host->run();
    bool posted = false;
    loop.post([&] { posted = true; });
    host->run();
    EXPECT_TRUE(posted);
    attachment.detach();
    host->run();
}

TEST_P(manners, run_goes_on_when_weft_leaves) {
    event_loop loop;
    guest attachment(loop, host->ops());
    timer leaves(loop, [&] { attachment.detach(); });
    leaves.arm_after(1ms);
    bool rang = false;
    run_with([&](const std::function<void()>& over) {
        host->call_after(20ms, [&rang, over] {
            rang = true;
            over();
        });
    });
    EXPECT_TRUE(rang) << "Weft ended the application's loop";
    EXPECT_FALSE(attachment.attached());
}

TEST_P(manners, run_goes_on_when_the_work_ends) {
    event_loop loop;
    guest attachment(loop, host->ops());
    for (int round = 0; round < 2; ++round) {
        loop.post([] {});
        bool rang = false;
        run_with([&](const std::function<void()>& over) {
            host->call_after(20ms, [&rang, over] {
                rang = true;
                over();
            });
        });
        EXPECT_TRUE(rang) << "Weft ended the application's loop";
    }
}

TEST_P(manners, the_application_may_break_its_loop_whenever_it_likes) {
    event_loop loop;
    guest attachment(loop, host->ops());
    echoing here(loop);
    here.connect();
    for (int round = 0; round < 3; ++round) {
        bool rang = false;
        host->call_after(1ms, [&] {
            rang = true;
            host->quit();
        });
        host->run();
        EXPECT_TRUE(rang);
    }
    EXPECT_TRUE(host->turn_until([&] { return here.opened == 1; }));
}

WEFT_ON_EVERY_HOST(manners);

} // namespace
} // namespace weft::testing
