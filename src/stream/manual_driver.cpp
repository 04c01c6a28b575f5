// SPDX-License-Identifier: MIT
// The turns of a manual driver.
#include <weft/stream/manual_driver.hpp>

#include <algorithm>

namespace weft {

bool manual_driver::advance(time_point now, budget limit) {
    clock_ = std::max(clock_, now);
    const turn here(*this, limit);
    bool did = expire_timers();
    did |= run_posted();
    did |= run_work();
    did |= finish_tasks();
    return did;
}

bool manual_driver::settle() {
    bool did = false;
    while (waiting()) did |= advance(clock_);
    return did;
}

} // namespace weft
