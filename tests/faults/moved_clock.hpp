// SPDX-License-Identifier: MIT
// The monotonic clock of this program, which a test can move on: what waits for a deadline need
// not be waited for.
#pragma once

#include <weft/core/time.hpp>

namespace weft::testing {

/// From now on it is so much later. Waits that the system has begun do not notice.
void move_clock(duration by) noexcept;

} // namespace weft::testing
