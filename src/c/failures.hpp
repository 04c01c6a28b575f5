// SPDX-License-Identifier: MIT
// How errors leave the C interface: as numbers, and never as exceptions.
#pragma once

#include <new>
#include <string_view>
#include <system_error>

#include <weft/weft.h>

namespace weft::c {

/// Returns the number that the C interface has for `code`.
[[nodiscard]] int number_of(std::error_code code) noexcept;

/// Sets what `weft_error_detail` returns on this thread.
void set_detail(std::string_view detail) noexcept;

/// Calls `action`, which returns an error's number, and turns an exception into one.
template <class Action>
int guarded(Action&& action) noexcept {
    int error = WEFT_E_OTHER;
    try {
        error = action();
    } catch (const std::bad_alloc&) {
        error = WEFT_E_NO_MEMORY;
    } catch (const std::system_error& thrown) {
        error = number_of(thrown.code());
    } catch (...) {
        error = WEFT_E_OTHER;
    }
    if (error != WEFT_OK) set_detail({});
    return error;
}

} // namespace weft::c
