// SPDX-License-Identifier: MIT
// The smallest complete stream, as the example has it, keeps all that a stream promises.
#define main custom_stream_example
#include "examples/custom_stream.cpp"
#undef main

#include <ostream>

#include <gtest/gtest.h>

#include <weft/testing/stream_kit.hpp>

namespace weft::testing {
namespace {

class wires_under_test final : public streams_under_test {
public:
    wires_under_test() { wire::join(*near_, *far_); }

    std::unique_ptr<stream> near() override { return std::move(near_); }
    std::unique_ptr<stream> far() override { return std::move(far_); }
    bool turn(duration) override { return driver_.advance(driver_.now()); }

private:
    manual_driver driver_;
    std::unique_ptr<wire> near_ = std::make_unique<wire>(driver_);
    std::unique_ptr<wire> far_ = std::make_unique<wire>(driver_);
};

TEST(custom_stream, passes_the_stream_kit) {
    const auto findings = check_stream([] { return std::make_unique<wires_under_test>(); });
    for (const auto& one : findings) ADD_FAILURE() << one;
}

} // namespace
} // namespace weft::testing
