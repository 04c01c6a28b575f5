// SPDX-License-Identifier: MIT
// The readiness of a descriptor.
#pragma once

#include <weft/core/language.hpp>

namespace weft {

/// The events for which a descriptor is ready.
struct readiness {
    bool read = false;
    bool write = false;
    bool hangup = false; ///< end of input or an error: read until read(2) reports it
    bool urgent = false; ///< a read may stop early, at an urgent mark: read until EAGAIN.
                         ///< Reported by edge-triggered engines only. tcp(7)
};

} // namespace weft
