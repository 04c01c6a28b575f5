// SPDX-License-Identifier: MIT
// The config type of a connection that compresses nothing.
#pragma once

#include <websocketpp/extensions/extension.hpp>

namespace weft {
class extension_negotiator;
}

namespace websocketpp::extensions::permessage_deflate {

template <typename config>
class disabled {
public:
    typedef config config_type;

    bool is_implemented() const { return false; }
    bool is_enabled() const { return false; }

    /// Returns null: compression is not negotiated.
    static weft::extension_negotiator* negotiator(bool) { return nullptr; }
};

} // namespace websocketpp::extensions::permessage_deflate
