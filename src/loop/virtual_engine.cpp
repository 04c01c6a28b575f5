// SPDX-License-Identifier: MIT
// Virtual time: a wait moves the clock and returns at once.
#include "loop/virtual_engine.hpp"

#include <weft/core/error.hpp>

namespace weft {

std::error_code virtual_engine::add(int, source&, interest) noexcept {
    return std::make_error_code(std::errc::operation_not_supported);
}

bool virtual_engine::wait(time_point deadline) {
    if (deadline != never) clock_->advance_to(deadline);
    return false;
}

result<int> virtual_engine::descriptor() {
    return failure(errc::no_descriptor);
}

} // namespace weft
