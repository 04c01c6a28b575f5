// SPDX-License-Identifier: MIT
// Local time without shared state.
#pragma once

#include <ctime>

#include <websocketpp/common/cpp11.hpp>

namespace websocketpp::lib {

inline std::tm localtime(std::time_t const& time) {
    std::tm parts{};
    localtime_r(&time, &parts);
    return parts;
}

} // namespace websocketpp::lib
