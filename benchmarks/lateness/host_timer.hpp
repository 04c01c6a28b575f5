// SPDX-License-Identifier: MIT
//
// A host with Weft in it and a timer of the host's own, which rings every 10 ms. Each library adds
// a file. Knows nothing of what Weft does there.

#pragma once

#include <weft/loop/runner.hpp>

#include <chrono>
#include <memory>
#include <string_view>
#include <vector>

namespace weft::lateness {

inline constexpr std::chrono::milliseconds period{10};

struct host {
    std::string_view name;
    /// Calls `rings` whenever the host's timer does, `period` after the last time.
    std::unique_ptr<runner> (*make)(event_loop& loop, budget limit, void (*rings)());
};

class host_registration {
public:
    explicit host_registration(host which) { all().push_back(which); }

    static std::vector<host>& all() {
        static std::vector<host> registered;
        return registered;
    }
};

} // namespace weft::lateness
