// SPDX-License-Identifier: MIT
// Processors and compilers for which there are no vector kernels.
#include "core/vector/kernels.hpp"

namespace weft {

const vector_kernels& find_kernels() noexcept {
    return portable_kernels;
}

} // namespace weft
