// SPDX-License-Identifier: MIT
// What a descriptor is ready for.
#pragma once

#include <weft/core/language.hpp>

namespace weft {

/// What is ready.
struct readiness {
    bool read = false;
    bool write = false;
    bool hangup = false; ///< an end or an error waits behind the bytes: read on until it shows
    bool urgent = false; ///< a read ends at an urgent mark among the bytes: read on until EAGAIN.
                         ///< Reported by edges only. tcp(7)
};

} // namespace weft
