// SPDX-License-Identifier: MIT
// The host loops of this build: each registers itself in a file that is built where its library is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <weft/loop/event_loop.hpp>

namespace weft_tool {

/// A loop that is not ours, and a loop of ours run inside it.
struct host_loop {
    std::string_view name;
    std::string_view description;
    void (*run)(weft::event_loop& loop); ///< until the host has nothing left to do
};

/// Adds one at the start of the program.
class host_loop_registration {
public:
    explicit host_loop_registration(host_loop which) { all().push_back(which); }

    static std::vector<host_loop>& all() {
        static std::vector<host_loop> registered;
        return registered;
    }
};

/// What `--loop` takes: "weft" for our own, and those.
[[nodiscard]] inline std::vector<std::string> loop_names() {
    std::vector<std::string> names{"weft"};
    for (const auto& one : host_loop_registration::all()) names.emplace_back(one.name);
    return names;
}

/// Runs `loop` inside the host of this name, or by itself.
inline void run_inside(std::string_view name, weft::event_loop& loop) {
    for (const auto& one : host_loop_registration::all()) {
        if (one.name == name) return one.run(loop);
    }
    loop.run();
}

} // namespace weft_tool
