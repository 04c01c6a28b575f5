// SPDX-License-Identifier: MIT
// Checks of how a host runs its guests: idle, busy, nested, with two guests, and that its run ends
// at the right time.
#include <algorithm>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <thread>

#include "testing/host_conversation.hpp"
#include "testing/host_stage.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

duration processor_time() {
    return std::chrono::microseconds(std::clock() * std::int64_t{1'000'000} / CLOCKS_PER_SEC);
}

/// Checks that no turn runs for a tenth of a second.
void rest(host_stage& here, const std::string& when) {
    here.settle();
    const std::size_t turns_before = here.first().turns();
    const duration used_before = processor_time();
    const auto end = clock::now() + 100ms;
    for (auto left = end - clock::now(); left > 0s; left = end - clock::now()) {
        here.host().turn(left);
    }
    here.expect(here.first().turns() - turns_before <= 5,
                "turn is called again and again " + when +
                    ": call it only when the descriptor is readable");
    here.expect(processor_time() - used_before < 20ms,
                "the host uses the processor " + when + ": wait for events instead of polling");
}

void idle(host_stage& here) {
    const work_guard working(here.loop());
    timer far(here.loop(), [] {});
    far.arm_after(1h);
    if (!here.first().attach()) return;
    rest(here, "while there is nothing to do");
    host_conversation talk(here.loop());
    here.until([&] { return talk.is_open; }, "a connection does not open");
    talk.pause();
    talk.say("this has to wait");
    rest(here, "while a connection is paused");
    talk.resume();
    here.until([&] { return talk.received == 1; },
               "a connection that was resumed does not continue");
}

/// Posts itself again and again while it exists, so that there is always more work; with a time
/// limit.
class saturation {
public:
    saturation(event_loop& loop, duration at_most) : loop_(loop), end_(clock::now() + at_most) {
        again();
    }
    ~saturation() { *lives_ = false; }
    saturation(const saturation&) = delete;
    saturation& operator=(const saturation&) = delete;

private:
    void again() {
        loop_.post([this, lives = lives_] {
            if (*lives && clock::now() < end_) again();
        });
    }

    event_loop& loop_;
    clock::time_point end_;
    std::shared_ptr<bool> lives_ = std::make_shared<bool>(true);
};

void fairness(host_stage& here) {
    staying_loop& other = here.another();
    if (!here.first().attach() || !other.attach()) return;
    const saturation busy(here.loop(), 2 * here.patience());
    const auto ran = std::make_shared<int>(0);
    for (int i = 1; i <= 10; ++i) {
        here.host().call_after(1ms, [ran] { ++*ran; });
        if (!here.until([&] { return *ran == i; },
                        "the host's own timer starves while Weft is busy: after each call of turn, "
                        "serve everything else")) {
            return;
        }
    }
    for (int i = 11; i <= 20; ++i) {
        other.loop().post([ran] { ++*ran; });
        if (!here.until([&] { return *ran == i; },
                        "another descriptor that the host watches starves while Weft is busy")) {
            return;
        }
    }
}

void nesting(host_stage& here) {
    if (!here.host().nests() || !here.first().attach()) return;
    host_conversation talk(here.loop());
    here.until([&] { return talk.is_open; }, "a connection does not open");
    bool fired = false, ran = false, over = false;
    timer soon(here.loop(), [&] { fired = true; });
    const auto turn_inside = [&](std::string_view otherwise) {
        fired = ran = over = false;
        talk.received = 0;
        soon.arm_after(1ms);
        here.loop().post([&] { ran = true; });
        talk.say("hello");
        here.until([&] { return fired && ran && talk.received == 1; }, otherwise);
        over = true;
    };
    here.loop().post([&] {
        turn_inside("a host that is run inside one of Weft's handlers does not call turn: call it "
                    "there, too");
    });
    here.until([&] { return over; }, "work that began after a nested turn of the host is not done");
    over = false;
    const auto call = std::make_shared<function<void()>>(
        [&] { turn_inside("a host that is run inside its own callback does not call turn"); });
    here.host().call_after(1ms, [weak = std::weak_ptr(call)] {
        if (const auto mine = weak.lock()) (*mine)();
    });
    here.until([&] { return over; },
               "one of the host's own timers does not fire while a loop is attached");
}

void two_attachments(host_stage& here) {
    staying_loop& other = here.another();
    if (!here.first().attach() || !other.attach()) return;
    const auto ran = std::make_shared<std::pair<int, int>>();
    for (int i = 1; i <= 20; ++i) {
        here.loop().post([ran] { ++ran->first; });
        other.loop().post([ran] { ++ran->second; });
        if (!here.until([&] { return ran->first == i && ran->second == i; },
                        "of two loops in one host only one is served: each call of ops begins an "
                        "attachment of its own")) {
            return;
        }
    }
    here.first().destroy_guest();
    other.loop().post([ran] { ++ran->second; });
    here.until([&] { return ran->second == 21; },
               "when one of two loops is detached, the other is not served any more");
}

/// Stops the host's run when it lasts too long, by posting to another loop.
class watchdog {
public:
    watchdog(host_stage& here, staying_loop& messenger)
        : thread_([&] {
              std::unique_lock lock(mutex_);
              if (over_cue_.wait_for(lock, here.patience(), [&] { return over_; })) return;
              bit_ = true;
              messenger.loop().post([&here] { here.host().quit(); });
          }) {}

    /// Ends the watchdog; returns true if that was in time.
    bool call_off() {
        {
            const std::scoped_lock lock(mutex_);
            over_ = true;
        }
        over_cue_.notify_one();
        thread_.join();
        return !bit_;
    }

private:
    std::mutex mutex_;
    std::condition_variable over_cue_;
    bool over_ = false;
    bool bit_ = false;
    std::thread thread_;
};

void work(host_stage& here) {
    staying_loop& messenger = here.another();
    if (!here.host().ends_by_itself() || !here.first().attach() || !messenger.attach()) return;
    const auto run = [&](std::string_view otherwise) {
        watchdog guard(here, messenger);
        here.host().run();
        return here.expect(guard.call_off(), otherwise);
    };
    if (!run("run does not return although Weft has no work: an attachment begins without "
             "work, and work(false) is called when none is left")) {
        return;
    }
    bool ran = false;
    const auto stays_for = [&](std::string_view what) {
        run("run does not return when Weft's work is done: work(false) must let it return");
        here.expect(std::exchange(ran, false),
                    "run returns although Weft has work, " + std::string(what) +
                        ": work(true) must keep it running until work(false)");
    };
    here.loop().post([&] { ran = true; });
    stays_for("a posted function");
    timer soon(here.loop(), [&] { ran = true; });
    soon.arm_after(10ms);
    stays_for("a timer");
    {
        std::optional<work_guard> guard(here.loop());
        timer end(here.loop(), [&] {
            guard.reset();
            ran = true;
        });
        end.arm_after(5ms);
        stays_for("a work guard");
    }
    const work_guard for_ever(here.loop());
    here.first().destroy_guest();
    run("run does not return after a detach with work undone: unwatch must let it return");
}

} // namespace

const std::vector<host_check> manner_checks{
    {"idle", idle},
    {"fairness", fairness},
    {"nesting", nesting},
    {"two_attachments", two_attachments},
    {"work", work},
};

} // namespace weft::testing
