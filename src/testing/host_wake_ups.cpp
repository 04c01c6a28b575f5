// SPDX-License-Identifier: MIT
// Checks that a host detects all work, whichever thread begins it and however little one turn does.
#include <atomic>
#include <thread>

#include "testing/host_conversation.hpp"
#include "testing/host_stage.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

void posts(host_stage& here) {
    const auto ran = std::make_shared<int>(0);
    const auto count = [ran] { ++*ran; };
    here.loop().post(count);
    if (!here.first().attach()) return;
    here.until([&] { return *ran == 1; },
               "work that waited before watch was called is not done: call turn also for a "
               "descriptor that is readable when watch is called");
    for (int i = 2; i <= 100; ++i) {
        here.loop().post(count);
        if (!here.until([&] { return *ran == i; },
                        "a function that was posted outside a turn is not called: call turn "
                        "each time that the descriptor is readable, not only once")) {
            return;
        }
    }
    function<void()> again = [&] {
        if (++*ran < 200) here.loop().post([&] { again(); });
    };
    here.loop().post([&] { again(); });
    here.until([&] { return *ran == 200; },
               "a function that was posted in a turn is not called: the descriptor may become "
               "readable again before turn returns, so clear readiness before calling turn");
    here.host().call_after(1ms, [&here, count] { here.loop().post(count); });
    here.until([&] { return *ran == 201; },
               "a function that was posted in one of the host's own callbacks is not called");
}

/// Posts functions one at a time, so that the host is waiting when each arrives. Returns false if
/// some may still be called later.
bool posts_of_a_thread(host_stage& here) {
    std::atomic<int> called = 0;
    std::thread other([&] {
        for (int i = 0; i < 200 && called == i; ++i) {
            here.loop().post([&called] {
                ++called;
                called.notify_one();
            });
            called.wait(i);
        }
    });
    const bool all =
        here.until([&] { return called == 200; },
                   "a function that another thread posted is not called: a wake-up gets lost "
                   "between two waits, or while the host waits");
    called = -1;
    called.notify_one();
    other.join();
    return all;
}

bool bursts_of_threads(host_stage& here) {
    std::atomic<int> called = 0;
    std::vector<std::thread> others;
    for (int i = 0; i < 3; ++i) {
        others.emplace_back([&] {
            for (int left = 200; left != 0; --left) here.loop().post([&called] { ++called; });
        });
    }
    const bool all =
        here.until([&] { return called == 600; },
                   "functions that several threads posted at once are not all called");
    for (auto& one : others) one.join();
    return all;
}

void wakes_and_handles(host_stage& here) {
    host_conversation talk(here.loop());
    here.until([&] { return talk.is_open; }, "a connection does not open");
    std::thread(&event_loop::wake, &here.loop()).join();
    here.until([&] { return talk.interrupts == 1; }, "a wake from another thread has no effect");
    std::thread([&] { talk.to.send("hello"); }).join();
    here.until([&] { return talk.received == 1; },
               "a message that another thread sent through a handle is not sent");
}

void threads(host_stage& here) {
    if (!here.first().attach()) return;
    if (posts_of_a_thread(here) && bursts_of_threads(here)) wakes_and_handles(here);
}

void deadlines(host_stage& here) {
    constexpr int last = 24; // then the periodic timer ends, also if it has been late
    int fired = 0;
    std::shared_ptr<timer> timed;
    timed = std::make_shared<timer>(here.loop(), [&] {
        if (++fired == last) timed->disarm();
    });
    timer& one = *timed;
    const auto in_time = [&](int times, std::string_view otherwise) {
        return here.until([&] { return fired == times; }, otherwise);
    };
    one.arm_after(1ms);
    if (!here.first().attach()) return;
    in_time(1, "a timer that was armed before watch was called does not fire");
    one.arm_after(2ms);
    if (!in_time(2, "a timer that was armed outside a turn does not fire: the descriptor "
                    "becomes readable when it is due")) {
        return;
    }
    one.arm_after(1h);
    here.settle();
    one.arm_after(2ms);
    in_time(3, "a deadline that was moved earlier, outside a turn, is handled too late");
    here.host().call_after(1ms, [weak = std::weak_ptr(timed)] {
        if (const auto here_still = weak.lock()) here_still->arm_after(1ms);
    });
    in_time(4, "a timer that was armed in one of the host's own callbacks does not fire");
    here.loop().post([&] { one.arm_every(200us); });
    in_time(last, "a periodic timer stops");
}

/// All kinds of work at once, with one handler per turn: after each turn there is more.
void budget_of_one(host_stage& here) {
    if (!here.first().attach({1, 1us})) return;
    int ran = 0, fired = 0;
    std::vector<timer> timers;
    for (int i = 0; i < 20; ++i) {
        timers.emplace_back(here.loop(), [&] { ++fired; }).arm_after(1ms);
        for (int j = 0; j < 10; ++j) here.loop().post([&] { ++ran; });
    }
    here.until([&] { return ran == 200 && fired == 20; },
               "work is left when the budget of a turn is used up: the descriptor stays "
               "readable then, so call turn again");
    timers.clear();
}

void conversation(host_stage& here) {
    for (const budget limit : {guest_budget, budget{1, 1us}}) {
        if (!here.first().attach(limit)) return;
        host_conversation talk(here.loop());
        here.until([&] { return talk.is_open; }, "a connection does not open");
        for (int i = 1; i <= 20; ++i) {
            talk.say("hello");
            if (!here.until([&] { return talk.received == i; },
                            "a message that was sent outside a turn is not answered")) {
                return;
            }
        }
        for (int i = 0; i < 100; ++i) talk.say(std::string(1000, 'x'));
        here.until([&] { return talk.received == 120; },
                   "messages are left when the budget of a turn is used up");
        here.first().destroy_guest();
    }
}

} // namespace

const std::vector<host_check> wake_up_checks{
    {"posts", posts},          {"threads", threads},           {"deadlines", deadlines},
    {"budget", budget_of_one}, {"conversation", conversation},
};

} // namespace weft::testing
