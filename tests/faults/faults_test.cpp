// SPDX-License-Identifier: MIT
// Every system call of the loop fails: the n-th at each site, with each error that its manual
// lists, once and for ever, in each scenario and setting; and no path is left out.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <iostream>

#include "faults/coverage.hpp"
#include "faults/trial.hpp"

namespace weft::testing {
namespace {

constexpr std::size_t nth_max = 3;

const std::vector<source_call>& sites() {
    static const std::vector<source_call> found = find_source_calls();
    return found;
}

coverage& all_reached() {
    static coverage all(sites());
    return all;
}

/// Fails at the end when something was not reached, unless only some tests were wanted.
class completeness final : public ::testing::Environment {
    void TearDown() override {
        if (GTEST_FLAG_GET(filter) != "*") return;
        std::cout << all_reached().table();
        for (const auto& one : all_reached().missing()) ADD_FAILURE() << one;
    }
};

const auto* const registered = ::testing::AddGlobalTestEnvironment(new completeness);

/// Everything in every scenario takes minutes, so a scenario repeats only some of what others have
/// reached in its setting; the others repeat other parts.
bool repeats(std::size_t scenario, std::size_t page_and_error) {
    static const bool all = std::getenv("WEFT_ALL_FAULTS") != nullptr;
    return all || (scenario + page_and_error) % 4 == 0;
}

std::vector<trial> all_trials() {
    std::vector<trial> all;
    for (const auto& where : all_settings()) {
        for (const auto& what : all_scenarios()) all.push_back({&what, &where, &sites()});
    }
    return all;
}

class faults : public ::testing::TestWithParam<trial> {
protected:
    /// False once the fault is not reached any more.
    bool fails(const fault& wanted, consequence expected) {
        const auto outcome = GetParam().disturbed(wanted, expected);
        for (const auto& one : outcome.wrong) ADD_FAILURE() << wanted.str() << ": " << one;
        if (outcome.failed != 0) note(wanted);
        return outcome.failed != 0;
    }

    void ends_the_program(const fault& wanted) {
        const auto play = [&] {
            static_cast<void>(GetParam().disturbed(wanted, consequence::fatal));
        };
        EXPECT_DEATH(play(), "weft: ") << wanted.str();
        note(wanted);
    }

    void note(const fault& reached) {
        all_reached().reached(*reached.site, reached.error, GetParam().where->name);
    }

    void fails_with(const source_call& site, const manual_page& page, int error,
                    std::size_t calls) {
        fault wanted{&site, error, 1, false, page.happens};
        if (page.outcome == consequence::fatal) return ends_the_program(wanted);
        while (wanted.nth <= std::min(calls, nth_max) && fails(wanted, page.outcome)) {
            ++wanted.nth;
        }
        // No signal comes for ever, and what blocks is not said to be ready again and again.
        if (error == EINTR || error == EAGAIN || !page.lasts) return;
        wanted.nth = 1;
        wanted.for_ever = true;
        fails(wanted, page.outcome);
    }

    void fails_with_each_error(const source_call& site, std::size_t calls) {
        const auto scenario = static_cast<std::size_t>(GetParam().what - all_scenarios().data());
        std::size_t number = site.line;
        for (const manual_page* page : pages_for(site)) {
            for (const int error : page->errors) {
                const bool new_here = !all_reached().met(site, error, GetParam().where->name);
                if (!new_here && !repeats(scenario, ++number)) continue;
                fails_with(site, *page, error, calls);
            }
        }
    }
};

TEST_P(faults, every_call_fails) {
    const auto undisturbed = GetParam().undisturbed();
    ASSERT_TRUE(undisturbed.completed);
    for (const auto& one : undisturbed.wrong) ADD_FAILURE() << "undisturbed: " << one;
    for (const auto& [site, calls] : undisturbed.calls) fails_with_each_error(*site, calls);
}

std::string name_of(const ::testing::TestParamInfo<trial>& one) {
    std::string name = one.param.where->name + "_" + one.param.what->name;
    for (char& c : name) {
        if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
    }
    return name;
}

INSTANTIATE_TEST_SUITE_P(, faults, ::testing::ValuesIn(all_trials()), name_of);

} // namespace
} // namespace weft::testing
