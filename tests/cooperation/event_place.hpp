// SPDX-License-Identifier: MIT
// A libevent base as a place of any kind. At its end nothing may be left on it.
#pragma once

#include <event2/event.h>

#include <gtest/gtest.h>

#include <weft/hosts/event.hpp>

namespace weft::testing {

template <class Kind>
class event_place : public Kind {
public:
    ~event_place() override {
        EXPECT_EQ(event_base_get_num_events(base_, EVENT_BASE_COUNT_ADDED), 0);
        event_base_free(base_);
    }

    host_ops ops() override { return event_host(base_); }
    void turn() override { event_base_loop(base_, EVLOOP_ONCE); }

protected:
    event_base* base_ = event_base_new();
};

} // namespace weft::testing
