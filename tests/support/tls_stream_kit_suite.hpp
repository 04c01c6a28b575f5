// SPDX-License-Identifier: MIT
// TLS streams pass the conformance kit for streams, in both roles, over small and large pipes.
#pragma once

#include <weft/testing/stream_kit.hpp>

#include "support/tls_fixture.hpp"

namespace weft::testing {
namespace {

/// Two ends of a TLS session over a pipe, on one driver.
class tls_streams_under_test final : public streams_under_test {
public:
    tls_streams_under_test(bool near_serves, std::size_t capacity) {
        auto [a, b] = memory_pipe(driver_, driver_, capacity);
        auto serving = local_server()->cover(std::move(a), {});
        auto connecting = trusting_client()->cover(std::move(b), "localhost");
        near_ = std::move(near_serves ? serving : connecting);
        far_ = std::move(near_serves ? connecting : serving);
    }

    std::unique_ptr<stream> near() override { return std::move(near_); }
    std::unique_ptr<stream> far() override { return std::move(far_); }
    bool turn(duration) override { return driver_.advance(driver_.now()); }

private:
    manual_driver driver_;
    std::unique_ptr<stream> near_;
    std::unique_ptr<stream> far_;
};

class tls_roles : public ::testing::TestWithParam<bool> {};

TEST_P(tls_roles, pass_the_stream_kit) {
    for (const std::size_t capacity : {1'000U, 64U * 1024}) {
        const auto findings = check_stream([&] {
            return std::make_unique<tls_streams_under_test>(GetParam(), capacity);
        });
        for (const auto& one : findings) ADD_FAILURE() << capacity << ": " << one;
    }
}

INSTANTIATE_TEST_SUITE_P(tls, tls_roles, ::testing::Bool(), [](const auto& instance) {
    return std::string(instance.param ? "server" : "client");
});

} // namespace
} // namespace weft::testing
