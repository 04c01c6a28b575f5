// SPDX-License-Identifier: MIT
// The list of checks, and how each is run.
#include <weft/testing/stream_kit.hpp>

#include <algorithm>
#include <ostream>

#include "testing/stream_stage.hpp"

namespace weft::testing {
namespace {

std::vector<stream_check> all_stream_checks() {
    std::vector<stream_check> all;
    for (const auto* some :
         {&stream_reading_checks, &stream_writing_checks, &stream_ending_checks}) {
        all.insert(all.end(), some->begin(), some->end());
    }
    return all;
}

} // namespace

std::ostream& operator<<(std::ostream& to, const stream_finding& which) {
    return to << which.check << ": " << which.what;
}

std::vector<std::string_view> stream_check_names() {
    std::vector<std::string_view> names;
    for (const auto& one : all_stream_checks()) names.push_back(one.name);
    return names;
}

std::vector<stream_finding> check_stream(const streams_factory& make,
                                         const stream_kit_options& options) {
    std::vector<stream_finding> findings;
    const auto& only = options.only;
    for (const auto& one : all_stream_checks()) {
        if (!only.empty() && std::find(only.begin(), only.end(), one.name) == only.end()) continue;
        stream_stage stage(make, options);
        one.play(stage);
        for (const auto& what : stage.end()) findings.push_back({std::string(one.name), what});
    }
    return findings;
}

} // namespace weft::testing
