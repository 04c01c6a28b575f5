// SPDX-License-Identifier: MIT
// Creates the io_uring engine, or fails if the build has none.
#pragma once

#include <memory>

#include "loop/engine.hpp"

namespace weft {

/// Throws std::system_error with the system's error: `function_not_supported` if the kernel is too
/// old.
std::unique_ptr<engine> make_uring_engine();

} // namespace weft
