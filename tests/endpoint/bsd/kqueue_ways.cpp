// SPDX-License-Identifier: MIT
// The loop as a guest in an outer kqueue(2): level-triggered, edge-triggered and one-shot. The
// outer loop makes exactly one turn for each report.
#include <sys/types.h> // before the next one, which needs it

#include <sys/event.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "endpoint/way.hpp"

namespace weft::testing {
namespace {

template <unsigned Flags>
class outer_kqueue : public way {
public:
    outer_kqueue() : descriptor_(*loop().descriptor()) { watch(); }
    ~outer_kqueue() override { ::close(queue_); }

private:
    void watch() {
        struct kevent change {};
        change.ident = static_cast<uintptr_t>(descriptor_);
        change.filter = EVFILT_READ;
        change.flags = EV_ADD | Flags;
        EXPECT_EQ(::kevent(queue_, &change, 1, nullptr, 0, nullptr), 0);
    }

    void step() override {
        struct kevent event {};
        const timespec limit{0, std::chrono::nanoseconds(patience).count()};
        if (::kevent(queue_, nullptr, 0, &event, 1, &limit) != 1) return;
        loop().run_ready();
        if ((Flags & EV_ONESHOT) != 0 && has_loop()) watch();
    }

    int queue_ = ::kqueue();
    int descriptor_;
};

const auto level = register_way<outer_kqueue<0>>("kqueue_level");
const auto edge = register_way<outer_kqueue<EV_CLEAR>>("kqueue_edge");
const auto one_shot = register_way<outer_kqueue<EV_ONESHOT>>("kqueue_one_shot");

} // namespace
} // namespace weft::testing
