// SPDX-License-Identifier: MIT
// The readiness of a descriptor.
#pragma once

#include <weft/core/language.hpp>

namespace weft {

/// The events for which a descriptor is ready.
struct readiness {
    bool read = false;
    bool write = false;
    bool hangup = false; ///< an end or an error follows the input: read until it shows
    bool urgent = false; ///< a read stops at an urgent mark in the input: read until EAGAIN.
                         ///< Reported by edge-triggered engines only. tcp(7)
};

} // namespace weft
