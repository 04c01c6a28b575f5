// SPDX-License-Identifier: MIT
// An application's own event loop, which knows no other: select(2) and callbacks.
#pragma once

#include <sys/select.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <vector>

class select_loop {
public:
    void watch(int descriptor, std::function<void()> readable) {
        watched_[descriptor] = std::move(readable);
    }

    void unwatch(int descriptor) { watched_.erase(descriptor); }

    /// Waits at most so long, and calls those whose descriptor is readable.
    void turn(std::chrono::microseconds limit) {
        fd_set readable;
        FD_ZERO(&readable);
        int highest = -1;
        for (const auto& [descriptor, callback] : watched_) {
            FD_SET(descriptor, &readable);
            highest = std::max(highest, descriptor);
        }
        timeval timeout{};
        timeout.tv_sec = static_cast<time_t>(limit.count() / 1'000'000);
        timeout.tv_usec = static_cast<suseconds_t>(limit.count() % 1'000'000);
        if (::select(highest + 1, &readable, nullptr, nullptr, &timeout) <= 0) return;
        for (const auto& [descriptor, callback] : std::map(watched_)) {
            if (FD_ISSET(descriptor, &readable) && watched_.contains(descriptor)) callback();
        }
    }

private:
    std::map<int, std::function<void()>> watched_;
};
