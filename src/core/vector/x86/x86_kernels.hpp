// SPDX-License-Identifier: MIT
// The kernels for x86 processors.
#pragma once

#include "core/vector/kernels.hpp"

namespace weft {

extern const vector_kernels avx2_kernels;
extern const vector_kernels ssse3_kernels;

} // namespace weft
