// SPDX-License-Identifier: MIT
// The loop as a guest in libuv.
#include <uv.h>

#include <gtest/gtest.h>

#include <weft/hosts/uv.hpp>

#include "endpoint/way.hpp"

namespace weft::testing {
namespace {

class uv_way : public way {
public:
    uv_way() {
        uv_loop_init(&host_);
        uv_timer_init(&host_, &end_of_patience_);
        guest_.emplace(loop(), &host_);
    }

    ~uv_way() override {
        guest_.reset();
        uv_close(reinterpret_cast<uv_handle_t*>(&end_of_patience_), nullptr);
        uv_run(&host_, UV_RUN_DEFAULT);
        EXPECT_EQ(uv_loop_close(&host_), 0);
    }

private:
    void step() override {
        uv_update_time(&host_);
        uv_timer_start(&end_of_patience_, [](uv_timer_t*) {}, patience.count(), 0);
        uv_run(&host_, UV_RUN_ONCE);
    }

    uv_loop_t host_{};
    uv_timer_t end_of_patience_{};
    std::optional<uv_guest> guest_;
};

/// The first loop of a process opens a pipe that libuv keeps.
const bool pipe_is_open = [] {
    uv_loop_t first;
    return uv_loop_init(&first) == 0 && uv_loop_close(&first) == 0;
}();

const auto guest_in_uv = register_way<uv_way>("uv");

} // namespace
} // namespace weft::testing
