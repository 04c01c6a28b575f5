// SPDX-License-Identifier: MIT
// No descriptor is left for newcomers: a handshake that takes long makes room, and no other.
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include <weft/core/error.hpp>
#include <weft/endpoint/server.hpp>
#include <weft/loop/timer.hpp>

#include "loop/posix/system_call.hpp"

#include "endpoint/raw_peer.hpp"
#include "support/canned_handshake.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

/// accept(2) fails with `error` while `wanted` says so, for as long as this lives.
class no_descriptor_left {
public:
    no_descriptor_left(int error, std::function<bool()> wanted) {
        plan = {error, std::move(wanted)};
        system_faults = [](const char* name, const call_site&) noexcept {
            return std::string_view(name) == "accept" && plan.wanted() ? plan.error : 0;
        };
    }
    no_descriptor_left(const no_descriptor_left&) = delete;
    no_descriptor_left& operator=(const no_descriptor_left&) = delete;
    ~no_descriptor_left() { system_faults = nullptr; }

private:
    struct faults {
        int error;
        std::function<bool()> wanted;
    };
    static inline faults plan{};
};

class scarcity : public ::testing::TestWithParam<int> {
protected:
    scarcity() {
        server_.route("/chat", {.open = [this](connection&) { ++opened_; }});
        server_.on_fail([this](const report& why) { failures_.push_back(why.error); });
        server_.on_accept_error([this](std::error_code why) { complaints_.push_back(why); });
        port_ = server_.listen("127.0.0.1", 0)->port();
    }

    template <class Holds>
    bool run_until(Holds&& holds) {
        const auto end = std::chrono::steady_clock::now() + 30s;
        timer tick(loop_, [] {});
        tick.arm_every(10ms);
        while (!holds()) {
            if (std::chrono::steady_clock::now() > end) return false;
            loop_.run_one();
        }
        return true;
    }

    /// A client that has said `words`, and is in.
    raw_peer entered(std::string_view words) {
        const auto before = server_.connection_count();
        raw_peer peer = raw_peer::connected_to(port_);
        peer.send(words);
        EXPECT_TRUE(run_until([&] { return server_.connection_count() > before; }));
        return peer;
    }

    event_loop loop_;
    server server_{loop_};
    std::uint16_t port_ = 0;
    int opened_ = 0;
    std::vector<std::error_code> failures_;
    std::vector<std::error_code> complaints_;
};
INSTANTIATE_TEST_SUITE_P(, scarcity, ::testing::Values(EMFILE, ENFILE), [](const auto& each) {
    return each.param == EMFILE ? "of_the_process" : "of_the_system";
});

TEST_P(scarcity, of_descriptors_drops_the_handshake_that_takes_longest) {
    raw_peer opened = entered(canned_request());
    EXPECT_TRUE(run_until([&] { return opened_ == 1; }));
    raw_peer oldest = entered("GET /chat HTTP/1.1\r\n");
    raw_peer second = entered("GET /chat HTTP/1.1\r\n");
    const auto begun = std::chrono::steady_clock::now();
    const no_descriptor_left none(GetParam(), [this] { return failures_.empty(); });
    raw_peer newcomer = raw_peer::connected_to(port_);
    newcomer.send(canned_request());
    EXPECT_TRUE(run_until([&] { return opened_ == 2; }));
    EXPECT_GE(std::chrono::steady_clock::now() - begun, 800ms) << "it had not taken long";
    EXPECT_TRUE(run_until([&] { return oldest.ended(); }));
    EXPECT_FALSE(second.ended());
    EXPECT_FALSE(opened.ended());
    const std::error_code why(GetParam(), std::generic_category());
    ASSERT_EQ(failures_.size(), 1U);
    EXPECT_EQ(failures_.front().default_error_condition(), why.default_error_condition())
        << failures_.front().message();
    ASSERT_EQ(complaints_.size(), 1U);
    EXPECT_EQ(complaints_.front().default_error_condition(), why.default_error_condition());
}

TEST_P(scarcity, of_descriptors_leaves_those_alone_that_have_opened) {
    raw_peer opened = entered(canned_request());
    EXPECT_TRUE(run_until([&] { return opened_ == 1; }));
    const no_descriptor_left none(GetParam(),
                                  [this] { return server_.connection_count() != 0; });
    raw_peer newcomer = raw_peer::connected_to(port_);
    newcomer.send(canned_request());
    EXPECT_TRUE(run_until([&] { return !complaints_.empty(); }));
    bool later = false;
    timer patience(loop_, [&] { later = true; });
    patience.arm_after(300ms); // in which it tries again
    EXPECT_TRUE(run_until([&] { return later; }));
    EXPECT_FALSE(opened.ended());
    EXPECT_EQ(opened_, 1);
    opened.close(); // whose descriptor is free for the newcomer
    EXPECT_TRUE(run_until([&] { return opened_ == 2; }));
    EXPECT_EQ(complaints_.size(), 1U);
}

} // namespace
} // namespace weft::testing
