// SPDX-License-Identifier: MIT
// The loops for `--loop`: Weft's own with each engine, and the host libraries of this build. Each
// host library registers itself in a file of its own, which is built if the library is installed.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <weft/loop/runner.hpp>

namespace weft_tool {

/// A host loop, and how to run a Weft loop inside it.
struct host_loop {
    std::string_view name;
    std::string_view description;
    std::unique_ptr<weft::runner> (*make)(weft::event_loop& loop);
};

/// Registers a host loop at the start of the program.
class host_loop_registration {
public:
    explicit host_loop_registration(host_loop which) { all().push_back(which); }

    static std::vector<host_loop>& all() {
        static std::vector<host_loop> registered;
        return registered;
    }
};

/// For `host_loop::make`, with the runner of an adapter.
template <class Runner>
std::unique_ptr<weft::runner> make_runner(weft::event_loop& loop) {
    return std::make_unique<Runner>(loop);
}

/// The engines of this system that have sockets.
[[nodiscard]] inline std::vector<weft::engine_kind> engines() {
    std::vector<weft::engine_kind> all{weft::engine_kind::automatic};
    for (const auto one : weft::available_engines()) all.push_back(one);
    return all;
}

/// The values that `--loop` accepts.
[[nodiscard]] inline std::vector<std::string> loop_names() {
    std::vector<std::string> names;
    for (const auto one : engines()) names.emplace_back(weft::name(one));
    for (const auto& one : host_loop_registration::all()) names.emplace_back(one.name);
    return names;
}

/// Whether this is the name of a Weft loop.
[[nodiscard]] inline bool is_engine(std::string_view loop_name) {
    return std::ranges::any_of(engines(), [&](auto one) { return weft::name(one) == loop_name; });
}

/// The engine with this name; inside a host the automatic one.
[[nodiscard]] inline weft::engine_kind engine_of(std::string_view loop_name) {
    for (const auto one : engines()) {
        if (weft::name(one) == loop_name) return one;
    }
    return weft::engine_kind::automatic;
}

/// Runs `loop` inside the host of this name, or alone, until it has no work left.
inline void run_inside(std::string_view loop_name, weft::event_loop& loop) {
    for (const auto& one : host_loop_registration::all()) {
        if (one.name == loop_name) return one.make(loop)->run();
    }
    loop.run();
}

} // namespace weft_tool
