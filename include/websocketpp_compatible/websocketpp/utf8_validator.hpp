// SPDX-License-Identifier: MIT
// Validation of UTF-8 that arrives in pieces.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include <stdint.h>

#include <weft/core/utf8.hpp>

#include <websocketpp/common/cpp11.hpp>

namespace websocketpp::utf8_validator {

/// Validates a text in pieces.
class validator {
public:
    bool consume(uint8_t byte) {
        const std::byte one{byte};
        return checked_.feed({&one, 1});
    }

    /// Consumes a range of bytes; returns false from the first invalid one on.
    template <typename iterator_type>
    bool decode(iterator_type begin, iterator_type end) {
        for (; begin != end; ++begin) {
            if (!consume(static_cast<uint8_t>(*begin))) return false;
        }
        return true;
    }

    /// Returns true if the text so far may end here.
    bool complete() { return checked_.complete(); }
    void reset() { checked_.reset(); }

private:
    weft::utf8_validator checked_;
};

/// Returns whether `text` is UTF-8.
inline bool validate(std::string const& text) {
    return weft::is_utf8(std::as_bytes(std::span(text.data(), text.size())));
}

} // namespace websocketpp::utf8_validator
