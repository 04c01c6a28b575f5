// SPDX-License-Identifier: MIT
// The loop as a guest in an outer epoll(7): level-triggered, edge-triggered and one-shot. The outer
// loop makes exactly one turn for each report.
#include <sys/epoll.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "endpoint/way.hpp"

namespace weft::testing {
namespace {

template <std::uint32_t Flags>
class outer_epoll : public way {
public:
    outer_epoll() : descriptor_(*loop().descriptor()) { watch(EPOLL_CTL_ADD); }
    ~outer_epoll() override { ::close(set_); }

private:
    void watch(int operation) {
        epoll_event event{};
        event.events = EPOLLIN | Flags;
        EXPECT_EQ(::epoll_ctl(set_, operation, descriptor_, &event), 0);
    }

    void step() override {
        epoll_event event;
        if (::epoll_wait(set_, &event, 1, patience.count()) != 1) return;
        loop().run_ready();
        if ((Flags & EPOLLONESHOT) != 0 && has_loop()) watch(EPOLL_CTL_MOD);
    }

    int set_ = ::epoll_create1(EPOLL_CLOEXEC);
    int descriptor_;
};

const auto level = register_way<outer_epoll<0>>("epoll_level");
const auto edge = register_way<outer_epoll<EPOLLET>>("epoll_edge");
const auto one_shot = register_way<outer_epoll<EPOLLONESHOT>>("epoll_one_shot");

} // namespace
} // namespace weft::testing
