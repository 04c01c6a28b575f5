// SPDX-License-Identifier: MIT
// The loop by itself: run until it is stopped, waiting for one handler at a time, and stepped.
#include <weft/loop/timer.hpp>

#include "endpoint/way.hpp"

namespace weft::testing {
namespace {

class alone_run : public way {
    void step() override {
        timer end(loop(), [this] { loop().stop(); });
        end.arm_after(patience);
        loop().run();
        if (has_loop()) loop().restart();
    }
};

class alone_run_one : public way {
    void step() override {
        timer end(loop(), [] {});
        end.arm_after(patience);
        loop().run_one();
        if (has_loop()) loop().restart();
    }
};

class stepped_poll : public way {
    void step() override { loop().poll(); }
};

class stepped_poll_one : public way {
    void step() override { loop().poll_one(); }
};

const auto run = register_way<alone_run>("run");
const auto run_one = register_way<alone_run_one>("run_one");
const auto poll = register_way<stepped_poll>("poll");
const auto poll_one = register_way<stepped_poll_one>("poll_one");

} // namespace
} // namespace weft::testing
