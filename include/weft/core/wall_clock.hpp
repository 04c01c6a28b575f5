// SPDX-License-Identifier: MIT
// The interface of a clock for the time of day, for dates in HTTP responses. Core itself reads no
// clock.
#pragma once

#include <chrono>

#include <weft/core/language.hpp>

namespace weft {

/// A clock for the time of day. Drivers implement it; a driver in virtual time returns virtual
/// dates.
class wall_clock {
public:
    [[nodiscard]] virtual std::chrono::sys_seconds utc() const noexcept = 0;

protected:
    ~wall_clock() = default;
};

} // namespace weft
