// SPDX-License-Identifier: MIT
// The conformance kit: every host library passes, and loops of an application's own of each kind;
// hosts with one fault each get findings that say what to fix.
#include <weft/testing/host_kit.hpp>

#include <algorithm>
#include <ostream>

#include <gtest/gtest.h>

#include "hosts/faulty_hosts.hpp"
#include "hosts/plain_hosts.hpp"
#include "host_loops/foreign_loop.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

void expect_no_findings(const host_factory& make) {
    for (const auto& one : check_host(make)) ADD_FAILURE() << one;
}

TEST(host_kit, host_libraries_pass) {
    for (const auto* library : foreign_loop_registration::all()) {
        SCOPED_TRACE(library->name);
        expect_no_findings(library->make);
    }
}

class plain_hosts : public ::testing::TestWithParam<plain_host> {};

TEST_P(plain_hosts, pass) {
    expect_no_findings(GetParam().make);
}

INSTANTIATE_TEST_SUITE_P(host_kit, plain_hosts, ::testing::ValuesIn(all_plain_hosts()),
                         [](const auto& instance) { return instance.param.name; });

class faulty_hosts : public ::testing::TestWithParam<faulty_host> {};

TEST_P(faulty_hosts, get_a_finding_that_says_what_to_fix) {
    const auto& [name, check, words, make] = GetParam();
    const auto found = check_host(make, {.patience = 150ms, .only = {check}});
    EXPECT_TRUE(std::any_of(found.begin(), found.end(), [&](const host_finding& one) {
        return one.what.find(words) != std::string::npos;
    })) << "not said: " << words;
    for (const auto& one : found) EXPECT_EQ(one.check, check);
    if (HasFailure()) {
        for (const auto& one : found) std::cerr << one << '\n';
    }
}

INSTANTIATE_TEST_SUITE_P(host_kit, faulty_hosts, ::testing::ValuesIn(all_faulty_hosts()),
                         [](const auto& instance) { return instance.param.name; });

TEST(host_kit_threads, are_detected_by_an_epoll_loop) {
    const host_kit_options options{.only = {"posts", "threads", "work"}};
    const auto make = [] { return std::make_unique<plain_loop>(make_epoll_waiter(0)); };
    for (const auto& one : check_host(make, options)) ADD_FAILURE() << one;
}

TEST(host_kit, names_its_checks) {
    const auto names = host_check_names();
    EXPECT_EQ(std::count(names.begin(), names.end(), "deadlines"), 1);
    for (const auto& faulty : all_faulty_hosts()) {
        EXPECT_EQ(std::count(names.begin(), names.end(), faulty.check), 1) << faulty.check;
    }
}

} // namespace
} // namespace weft::testing
