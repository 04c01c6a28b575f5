// SPDX-License-Identifier: MIT
// The conformance kit for streams: sound streams in memory pass, and those with one fault each are
// reported with what to fix.
#include <weft/testing/stream_kit.hpp>

#include <algorithm>
#include <ostream>

#include <gtest/gtest.h>

#include <weft/testing/memory_network.hpp>

#include "faulty_streams.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

void expect_no_findings(const streams_factory& make) {
    for (const auto& one : check_stream(make)) ADD_FAILURE() << one;
}

TEST(stream_kit, a_memory_pipe_passes) {
    expect_no_findings([] { return std::make_unique<piped_streams>(); });
}

/// A stream over another one.
class filtered_streams final : public piped_streams {
public:
    std::unique_ptr<stream> near() override {
        return std::make_unique<passing_stream>(piped_streams::near());
    }
};

TEST(stream_kit, a_filter_passes) {
    expect_no_findings([] { return std::make_unique<filtered_streams>(); });
}

/// Both ends of a link in a memory network, in virtual time.
class linked_streams final : public streams_under_test {
public:
    explicit linked_streams(const line& conditions) {
        network_.conditions({.to_server = conditions, .to_client = conditions});
        network_.listen("far", driver_, [this](auto accepted) { far_ = std::move(accepted); });
        network_.connect("far", driver_, [this](auto made) { near_ = std::move(*made); });
        while (!near_ || !far_) turn({});
    }

    std::unique_ptr<stream> near() override { return std::move(near_); }
    std::unique_ptr<stream> far() override { return std::move(far_); }
    bool turn(duration) override {
        if (driver_.advance(driver_.now())) return true;
        const auto next = driver_.next_deadline();
        return next != never && driver_.advance(next);
    }

private:
    memory_network network_{1};
    manual_driver driver_;
    memory_network::stream_ptr near_;
    memory_network::stream_ptr far_;
};

TEST(stream_kit, a_link_of_a_memory_network_passes) {
    expect_no_findings([] { return std::make_unique<linked_streams>(line{}); });
}

TEST(stream_kit, a_slow_link_with_short_writes_passes) {
    expect_no_findings([] {
        return std::make_unique<linked_streams>(line{.latency_min = 1ms,
                                                     .latency_max = 20ms,
                                                     .piece_max = 5'000,
                                                     .short_write_one_in = 3});
    });
}

class faulty_streams : public ::testing::TestWithParam<faulty_stream> {};

TEST_P(faulty_streams, get_a_finding_that_says_what_to_fix) {
    const auto& [name, check, words, make] = GetParam();
    const auto found = check_stream(make, {.patience = 150ms, .only = {check}});
    EXPECT_TRUE(std::any_of(found.begin(), found.end(), [&](const stream_finding& one) {
        return one.what.find(words) != std::string::npos;
    })) << "not said: " << words;
    for (const auto& one : found) EXPECT_EQ(one.check, check);
    if (HasFailure()) {
        for (const auto& one : found) std::cerr << one << '\n';
    }
}

INSTANTIATE_TEST_SUITE_P(stream_kit, faulty_streams, ::testing::ValuesIn(all_faulty_streams()),
                         [](const auto& instance) { return instance.param.name; });

TEST(stream_kit, names_its_checks) {
    const auto names = stream_check_names();
    EXPECT_EQ(std::count(names.begin(), names.end(), "half_closing"), 1);
    for (const auto& faulty : all_faulty_streams()) {
        EXPECT_EQ(std::count(names.begin(), names.end(), faulty.check), 1) << faulty.check;
    }
}

} // namespace
} // namespace weft::testing
