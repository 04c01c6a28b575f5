// SPDX-License-Identifier: MIT
// A log that writes nothing.
#pragma once

#include <string>

#include <websocketpp/common/cpp11.hpp>
#include <websocketpp/logger/levels.hpp>

namespace websocketpp::log {

class stub {
public:
    explicit stub(channel_type_hint::value = channel_type_hint::none) {}
    explicit stub(level, channel_type_hint::value) {}

    void set_channels(level) {}
    void clear_channels(level) {}
    void write(level, std::string const&) {}
    void write(level, char const*) {}
    constexpr bool static_test(level) const { return false; }
    bool dynamic_test(level) { return false; }
};

} // namespace websocketpp::log
