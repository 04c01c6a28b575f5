// SPDX-License-Identifier: MIT
// The engines by name, for options and lists.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <weft/loop/event_loop.hpp>

namespace weft_tool {

inline constexpr std::array engines{
    weft::engine_kind::automatic,
    weft::engine_kind::epoll,
    weft::engine_kind::poll,
    weft::engine_kind::virtual_time,
};

[[nodiscard]] inline std::vector<std::string> engine_names() {
    std::vector<std::string> names;
    for (const auto one : engines)
        names.emplace_back(weft::name(one));
    return names;
}

/// The engine of this name, which is one of `engine_names()`.
[[nodiscard]] inline weft::engine_kind engine_named(std::string_view wanted) {
    for (const auto one : engines) {
        if (weft::name(one) == wanted) return one;
    }
    return weft::engine_kind::automatic;
}

} // namespace weft_tool
