// SPDX-License-Identifier: MIT
// libcurl on libevent.
#include <unordered_map>

#include "curl_place.hpp"
#include "event_place.hpp"

namespace weft::testing {
namespace {

class event_with_curl final : public event_place<curl_place> {
public:
    ~event_with_curl() override {
        EXPECT_TRUE(watches_.empty());
        event_free(timer_);
    }

    void watch(int descriptor, bool read, bool write) override {
        if (const auto known = watches_.find(descriptor); known != watches_.end()) {
            event_free(known->second);
            watches_.erase(known);
        }
        if (!read && !write) return;
        const int events = EV_PERSIST | (read ? EV_READ : 0) | (write ? EV_WRITE : 0);
        const auto happens = [](int number, short what, void* here) {
            static_cast<event_with_curl*>(here)->ready(number, (what & EV_READ) != 0,
                                                       (what & EV_WRITE) != 0);
        };
        ::event* added = event_new(base_, descriptor, static_cast<short>(events), happens, this);
        event_add(added, nullptr);
        watches_.emplace(descriptor, added);
    }

    void ring_after(long milliseconds) override {
        evtimer_del(timer_);
        if (milliseconds < 0) return;
        const timeval delay{milliseconds / 1000, milliseconds % 1000 * 1000};
        evtimer_add(timer_, &delay);
    }

private:
    std::unordered_map<int, ::event*> watches_;
    ::event* timer_ = evtimer_new(
        base_, [](int, short, void* here) { static_cast<event_with_curl*>(here)->rings(); }, this);
};

const place_registration<curl_place> registered("event",
                                                [] { return std::make_unique<event_with_curl>(); });

} // namespace
} // namespace weft::testing
