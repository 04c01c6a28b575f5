// SPDX-License-Identifier: MIT
// Runs a scenario again and again, each time with another allocation failing, until every one of
// them has failed.
#pragma once

#include <cstdio>
#include <new>

#include <gtest/gtest.h>

#include "support/allocations.hpp"

namespace weft::testing {

/// The memory of one run of a scenario: it is short only within `during`.
class scarce_memory {
public:
    scarce_memory(std::size_t nth, shortage kind) noexcept : failing_(nth, kind) {
        failing_.pause();
    }

    /// Calls `action` while memory is short; returns false if it has thrown std::bad_alloc.
    /// Allocations are counted over all calls. `action` must not use GoogleTest, which allocates.
    template <class Action>
    bool during(Action&& action) {
        const watch here(failing_);
        try {
            action();
            return true;
        } catch (const std::bad_alloc&) {
            return false;
        }
    }

    /// Whether an allocation has failed in this run.
    [[nodiscard]] bool ran_out() const noexcept { return failing_.happened(); }

private:
    struct watch {
        explicit watch(failing_allocation& of) noexcept : failing(of) { failing.resume(); }
        ~watch() { failing.pause(); }
        failing_allocation& failing;
    };

    failing_allocation failing_;
};

/// Runs `scenario(scarce_memory&)` for n = 1, 2, 3, ... with its n-th allocation failing, until it
/// needs fewer than n; then again, with the n-th and all later ones failing. Each run must free all
/// memory that it has allocated.
template <class Scenario>
void fail_each_allocation(Scenario&& scenario) {
    constexpr std::size_t more_than_any_needs = 20'000;
    for (const auto kind : {shortage::once, shortage::lasting}) {
        std::size_t nth = more_than_any_needs; // the first run fails nothing, and warms up
        for (;;) {
            SCOPED_TRACE(nth);
            const allocation_counter allocations;
            bool ran_out = false;
            {
                scarce_memory memory(nth, kind);
                scenario(memory);
                ran_out = memory.ran_out();
            }
            if (nth == more_than_any_needs) {
                nth = 0;
            } else {
                EXPECT_EQ(allocations.live(), 0U) << "were not freed";
                if (!ran_out) break;
            }
            if (::testing::Test::HasFailure()) return;
            ++nth;
        }
        std::printf("%s: %zu allocations, %s\n",
                    ::testing::UnitTest::GetInstance()->current_test_info()->name(), nth - 1,
                    kind == shortage::once ? "one by one" : "each with all that followed");
    }
}

} // namespace weft::testing
