// SPDX-License-Identifier: MIT
// The size of allocated memory on Linux.
#include "support/allocated_size.hpp"

#include <malloc.h>

std::size_t weft::testing::allocated_size(void* memory) noexcept {
    return ::malloc_usable_size(memory);
}
