// SPDX-License-Identifier: MIT
// The size of allocated memory on the BSDs and macOS, whose functions have different names.
#include "support/allocated_size.hpp"

#if __has_include(<malloc_np.h>)
#include <malloc_np.h>

std::size_t weft::testing::allocated_size(void* memory) noexcept {
    return ::malloc_usable_size(memory);
}
#else
#include <malloc/malloc.h>

std::size_t weft::testing::allocated_size(void* memory) noexcept {
    return ::malloc_size(memory);
}
#endif
