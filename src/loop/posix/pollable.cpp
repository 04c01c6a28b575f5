// SPDX-License-Identifier: MIT
// Asking a descriptor what it is.
#include "loop/posix/pollable.hpp"

#include <weft/core/error.hpp>

#include "loop/posix/last_error.hpp"
#include "loop/posix/system_calls.hpp"

namespace weft {

std::error_code check_pollable(int descriptor) noexcept {
    struct stat found {};
    if (sys::fstat(descriptor, &found) != 0) return last_error();
    const bool is_storage =
        S_ISREG(found.st_mode) || S_ISDIR(found.st_mode) || S_ISBLK(found.st_mode);
    return is_storage ? make_error_code(errc::not_pollable) : std::error_code();
}

std::error_code as_pollable_error(std::error_code why) noexcept {
    return why == std::errc::operation_not_permitted ? make_error_code(errc::not_pollable) : why;
}

} // namespace weft
