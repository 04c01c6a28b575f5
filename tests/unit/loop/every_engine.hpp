// SPDX-License-Identifier: MIT
// Tests that hold on every engine with real descriptors and real time.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include <weft/loop/event_loop.hpp>

namespace weft::testing {

class on_every_engine : public ::testing::TestWithParam<engine_kind> {
protected:
    [[nodiscard]] static loop_options options() { return {.engine = GetParam()}; }
};

#define WEFT_ON_EVERY_ENGINE(suite)                                                                \
    INSTANTIATE_TEST_SUITE_P(                                                                      \
        , suite, ::testing::ValuesIn(::weft::available_engines()),                                 \
        [](const auto& instance) { return std::string(::weft::name(instance.param)); })

} // namespace weft::testing
