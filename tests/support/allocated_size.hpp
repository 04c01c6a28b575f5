// SPDX-License-Identifier: MIT
// The size of allocated memory; each system's folder defines it.
#pragma once

#include <cstddef>

namespace weft::testing {

/// Returns the size in bytes to which malloc(3) has rounded up the size of `memory`.
[[nodiscard]] std::size_t allocated_size(void* memory) noexcept;

} // namespace weft::testing
