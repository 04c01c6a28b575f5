// SPDX-License-Identifier: MIT
// The connections of an endpoint, which are detached before its own io_context is destroyed.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include <websocketpp/detail/session_link.hpp>

namespace websocketpp::detail {

class connection_registry {
public:
    void add(std::shared_ptr<session_link> const& which) {
        const std::lock_guard guard(lock_);
        all_.emplace(which.get(), which);
    }
    void remove(session_link* which) {
        const std::lock_guard guard(lock_);
        all_.erase(which);
    }

    void detach_all() {
        std::vector<std::shared_ptr<session_link>> living;
        {
            const std::lock_guard guard(lock_);
            for (auto const& each : all_) {
                if (auto alive = each.second.lock()) living.push_back(std::move(alive));
            }
        }
        for (auto const& each : living) each->detach();
    }

private:
    std::mutex lock_;
    std::unordered_map<session_link*, std::weak_ptr<session_link>> all_;
};

} // namespace websocketpp::detail
