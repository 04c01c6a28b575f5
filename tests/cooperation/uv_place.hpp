// SPDX-License-Identifier: MIT
// A libuv loop as a place of any kind. At its end nothing may be left on it.
#pragma once

#include <uv.h>

#include <gtest/gtest.h>

#include <weft/hosts/uv.hpp>

namespace weft::testing {

template <class Kind>
class uv_place : public Kind {
public:
    uv_place() { EXPECT_EQ(uv_loop_init(&loop_), 0); }

    ~uv_place() override {
        uv_run(&loop_, UV_RUN_DEFAULT);
        EXPECT_EQ(uv_loop_close(&loop_), 0);
    }

    host_ops ops() override { return uv_host(&loop_); }
    void turn() override { uv_run(&loop_, UV_RUN_ONCE); }

protected:
    uv_loop_t loop_{};
};

} // namespace weft::testing
