// SPDX-License-Identifier: MIT
// The list of checks, and how each is run.
#include <weft/testing/host_kit.hpp>

#include <algorithm>
#include <ostream>
#include <utility>

#include "testing/host_stage.hpp"

namespace weft::testing {
namespace {

std::vector<host_check> all_host_checks() {
    std::vector<host_check> all;
    for (const auto* some : {&wake_up_checks, &manner_checks, &ending_checks}) {
        all.insert(all.end(), some->begin(), some->end());
    }
    return all;
}

} // namespace

std::ostream& operator<<(std::ostream& to, const host_finding& which) {
    return to << which.check << ": " << which.what;
}

std::vector<std::string_view> host_check_names() {
    std::vector<std::string_view> names;
    for (const auto& one : all_host_checks()) names.push_back(one.name);
    return names;
}

std::vector<host_finding> check_host(const host_factory& make, const host_kit_options& options) {
    std::vector<host_finding> findings;
    const auto& only = options.only;
    for (const auto& one : all_host_checks()) {
        if (!only.empty() && std::find(only.begin(), only.end(), one.name) == only.end()) continue;
        host_stage stage(make, options.patience);
        one.play(stage);
        for (auto& what : stage.end()) findings.push_back({std::string(one.name), std::move(what)});
    }
    return findings;
}

} // namespace weft::testing
