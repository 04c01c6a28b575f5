// SPDX-License-Identifier: MIT
// The loop by itself: run until it is stopped, waiting for one handler at a time, and stepped.
#pragma once

#include <weft/loop/timer.hpp>

#include "endpoint/way.hpp"

namespace weft::testing {

class alone_run : public way {
public:
    using way::way;

private:
    void step() override {
        timer end(loop(), [this] { loop().stop(); });
        end.arm_after(patience);
        loop().run();
        if (has_loop()) loop().restart();
    }
};

class alone_run_one : public way {
public:
    using way::way;

private:
    void step() override {
        timer end(loop(), [] {});
        end.arm_after(patience);
        loop().run_one();
        if (has_loop()) loop().restart();
    }
};

class stepped_poll : public way {
public:
    using way::way;

private:
    void step() override { loop().poll(); }
};

class stepped_poll_one : public way {
public:
    using way::way;

private:
    void step() override { loop().poll_one(); }
};

} // namespace weft::testing
