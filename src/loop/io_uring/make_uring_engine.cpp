// SPDX-License-Identifier: MIT
// Creates the io_uring engine.
#include "loop/linux/make_uring_engine.hpp"

#include "loop/io_uring/uring_engine.hpp"

namespace weft {

std::unique_ptr<engine> make_uring_engine() {
    return std::make_unique<uring_engine>();
}

} // namespace weft
