// SPDX-License-Identifier: MIT
// Checks that a guest can detach at any moment, that it leaves nothing behind, and that it can
// attach again.
#include <array>

#include "testing/host_stage.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

/// Detaches a guest in several states. Most defects are found by the rules in `checked_attachment`.
void leaving(host_stage& here) {
    if (!here.first().attach()) return;
    here.leave(); // before the host has ever run
    if (!here.first().attach()) return;
    bool ran = false;
    here.loop().post([&] { ran = true; });
    here.until([&] { return ran; }, "a loop that was attached again is not served");
    here.loop().post([] {}); // the descriptor is readable, and stays so
    here.leave();
    here.settle();
    here.host().turn(1ms);
}

void again(host_stage& here) {
    const auto ran = std::make_shared<int>(0);
    int wanted = 0;
    for (int i = 0; i < 60; ++i) {
        if (!here.first().attach()) return;
        if (i % 3 != 0) { // the other ones detach before the host has seen them
            here.loop().post([ran] { ++*ran; });
            ++wanted;
            if (!here.until([&] { return *ran == wanted; },
                            "a loop that was detached and attached again is not served")) {
                return;
            }
        }
        here.first().destroy_guest();
    }
}

using ending = void (*)(staying_loop& which);
using flag = std::shared_ptr<bool>; // may outlive the check in one of the host's callbacks

constexpr std::array<ending, 4> endings{
    [](staying_loop& which) { which.destroy_guest(); },
    [](staying_loop& which) { which.destroy_loop(); },
    [](staying_loop& which) {
        which.destroy_guest();
        which.destroy_loop();
    },
    [](staying_loop& which) {
        which.destroy_loop();
        which.destroy_guest();
    },
};

void end_outside_a_turn(host_stage&, staying_loop& which, ending end, flag over) {
    which.loop().post([] {});
    end(which);
    *over = true;
}

void end_in_a_posted_function(host_stage&, staying_loop& which, ending end, flag over) {
    which.loop().post([&which, over, end] {
        end(which);
        *over = true;
    });
    which.loop().post([] {});
}

void end_in_a_callback_of_the_host(host_stage& here, staying_loop& which, ending end, flag over) {
    here.host().call_after(1ms, [&which, over, end] {
        which.loop().post([] {});
        end(which);
        *over = true;
    });
}

void end_in_a_nested_turn(host_stage& here, staying_loop& which, ending end, flag over) {
    if (!here.host().nests()) return end_outside_a_turn(here, which, end, over);
    which.loop().post([&here, &which, over, end] {
        which.loop().post([&which, over, end] {
            end(which);
            *over = true;
        });
        here.until([over] { return *over; },
                   "a host that is run inside one of Weft's handlers does not call turn");
        here.host().turn(1ms);
    });
}

/// Another loop stays attached, and must get its turns throughout.
void destruction(host_stage& here) {
    if (!here.first().attach()) return;
    int ran = 0;
    for (const auto play : {end_outside_a_turn, end_in_a_posted_function,
                            end_in_a_callback_of_the_host, end_in_a_nested_turn}) {
        for (const ending end : endings) {
            staying_loop& mortal = here.another();
            if (!mortal.attach()) return;
            const auto over = std::make_shared<bool>(false);
            play(here, mortal, end, over);
            if (!here.until([&] { return *over; },
                            "a second loop that was attached is not served")) {
                return;
            }
            const int before = ran;
            here.loop().post([&ran] { ++ran; });
            here.until([&] { return ran > before; },
                       "when a loop was detached in a callback, the host no longer serves others");
        }
    }
}

} // namespace

const std::vector<host_check> ending_checks{
    {"leaving", leaving},
    {"again", again},
    {"destruction", destruction},
};

} // namespace weft::testing
