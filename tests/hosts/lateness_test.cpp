// SPDX-License-Identifier: MIT
// How late a 10 ms timer of the host's is beside Weft, idle and saturated. Printed, never judged:
// WEFT_LATENESS_RINGS=1000 measures longer.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "hosts/application.hpp"
#include "hosts/host_fixture.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;
using microseconds = std::chrono::microseconds;

std::size_t rings_wanted() {
    const char* const from_environment = std::getenv("WEFT_LATENESS_RINGS");
    return from_environment ? std::strtoul(from_environment, nullptr, 10) : 5;
}

class lateness : public on_host {
protected:
    void measure(const char* what) {
        std::vector<microseconds> late;
        ring(late);
        EXPECT_TRUE(host->turn_until([&] { return late.size() == rings_wanted(); }));
        std::sort(late.begin(), late.end());
        const auto part = [&](std::size_t percent) {
            return static_cast<long>(late[(late.size() - 1) * percent / 100].count());
        };
        std::printf("%-12s %-24s late by p50 %5ld  p99 %5ld  max %5ld us\n",
                    GetParam()->name.c_str(), what, part(50), part(99), part(100));
    }

private:
    void ring(std::vector<microseconds>& late) {
        const auto due = std::chrono::steady_clock::now() + 10ms;
        host->call_after(10ms, [this, due, &late] {
            const auto by = std::chrono::steady_clock::now() - due;
            late.push_back(std::chrono::duration_cast<microseconds>(by));
            if (late.size() < rings_wanted()) ring(late);
        });
    }
};

TEST_P(lateness, of_a_timer_of_the_hosts) {
    measure("alone");
    event_loop loop;
    {
        const guest attachment(loop, host->ops());
        measure("beside an idle loop");
    }
    const busy_loop busy(loop);
    for (const auto limit : {100us, 500us, 2000us}) {
        const budget at_most{limit == 500us ? guest_budget.handlers : 100'000, limit};
        const guest attachment(loop, host->ops(), at_most);
        measure(("saturated, turns of " + std::to_string(limit.count()) + " us").c_str());
    }
    let_go();
}

WEFT_ON_EVERY_HOST(lateness);

} // namespace
} // namespace weft::testing
