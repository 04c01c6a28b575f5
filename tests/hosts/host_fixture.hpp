// SPDX-License-Identifier: MIT
// What the tests that run on every host begin with: the host as an application has it, and Weft's
// share of what goes on there. Knows no host.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>

#include <weft/weft.hpp>

#include "host_loops/foreign_loop.hpp"

namespace weft::testing {

inline std::ptrdiff_t open_descriptors() {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                         std::filesystem::directory_iterator());
}

/// An echo server and a client of its own.
struct echoing {
    explicit echoing(event_loop& loop) : echoing(loop, loop) {}

    echoing(event_loop& serves, event_loop& dials)
        : server_(std::in_place, serves), client_(std::in_place, dials) {
        server_->route("/", {.message = [](connection& peer, message m) { peer.send(m); }});
        url = "ws://" + server_->listen("127.0.0.1", 0)->str() + "/";
    }

    void connect() {
        to = client_->connect(url, {.open = [this](connection&) { ++opened; },
                                    .message = [this](connection&, message) { ++received; },
                                    .close = [this](connection&, const report&) { ++closed; },
                                    .fail = [](const report& why) { ADD_FAILURE() << why; }});
    }

    std::optional<server> server_;
    std::optional<client> client_;
    std::string url;
    connection_handle to;
    int opened = 0, received = 0, closed = 0;
};

class on_host : public ::testing::TestWithParam<const foreign_loop_registration*> {
protected:
    std::unique_ptr<foreign_loop> host = GetParam()->make();

    [[nodiscard]] static std::unique_ptr<foreign_loop> another_host() { return GetParam()->make(); }

    /// A kind that can be beside this one: the next of which several can exist at once.
    [[nodiscard]] static const foreign_loop_registration& another_kind() {
        auto kinds = foreign_loop_registration::all();
        const auto here = std::find(kinds.begin(), kinds.end(), GetParam());
        std::rotate(kinds.begin(), here + 1, kinds.end());
        return **std::find_if(kinds.begin(), kinds.end() - 1, [](auto* one) { return one->many; });
    }

    /// Whether a test can have this host and `another_kind` at the same time.
    [[nodiscard]] static bool has_company() { return GetParam()->many || another_kind().many; }

    /// Runs the host for as long as an application would that ends once `over` holds.
    void run_until(const std::function<bool()>& over) {
        EXPECT_TRUE(host->turn_until(over));
        let_go();
    }

    /// The host may let go of what has left only in its next turns.
    void let_go() {
        for (int i = 0; i < 3; ++i) host->turn(duration::zero());
    }
};

/// Runs the suite on every host.
#define WEFT_ON_EVERY_HOST(suite)                                                                  \
    INSTANTIATE_TEST_SUITE_P(, suite, ::testing::ValuesIn(foreign_loop_registration::all()),       \
                             [](const auto& one) { return one.param->name; });                     \
    GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(suite)

} // namespace weft::testing
