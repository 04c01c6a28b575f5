// SPDX-License-Identifier: MIT
// Built where the kernel's headers do not declare what the io_uring engine needs.
#include "loop/linux/make_uring_engine.hpp"

#include <system_error>

namespace weft {

std::unique_ptr<engine> make_uring_engine() {
    throw std::system_error(std::make_error_code(std::errc::function_not_supported), "io_uring");
}

} // namespace weft
