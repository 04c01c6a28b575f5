// SPDX-License-Identifier: MIT
// The loop by itself, on each engine: run until it is stopped, waiting for one handler at a time,
// and stepped.
#include <weft/loop/timer.hpp>

#include "endpoint/way.hpp"

namespace weft::testing {
namespace {

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

const auto run = register_way<alone_run>("run");
const auto run_one = register_way<alone_run_one>("run_one");
const auto poll = register_way<stepped_poll>("poll");
const auto poll_one = register_way<stepped_poll_one>("poll_one");

constexpr auto by_poll = engine_kind::poll;
const auto run_by_poll = register_way<alone_run>("run_by_poll", by_poll);
const auto run_one_by_poll = register_way<alone_run_one>("run_one_by_poll", by_poll);
const auto poll_by_poll = register_way<stepped_poll>("poll_by_poll", by_poll);
const auto poll_one_by_poll = register_way<stepped_poll_one>("poll_one_by_poll", by_poll);

} // namespace
} // namespace weft::testing
