// SPDX-License-Identifier: MIT
// What the manual says may happen: for each system call the errors that it lists, and those of
// them that only a bug of ours could cause, by name.
#pragma once

#include <string>
#include <vector>

#include "faults/source_calls.hpp"

namespace weft::testing {

/// What has to come of an error.
enum class consequence {
    reported,     ///< this very error is reported, or all goes on as if nothing had been
    replaced, ///< likewise, but the reported error may be another one that follows from it
    harmless, ///< all goes on as if nothing had been
    fatal,    ///< the program ends with a message
};

/// The errors of a call, and what has to come of them.
struct manual_page {
    std::string call;
    std::string where; ///< only at sites with this in their file's name or arguments
    std::vector<int> errors;
    consequence outcome = consequence::reported;
    bool happens = false; ///< the call is made and fails nevertheless
    bool lasts = true;    ///< it may fail so again and again
};

/// Errors that are in the manual, but not asked for, and why not.
struct ruled_out {
    std::string calls;
    std::string errors;
    std::string reason;
};

/// The pages that speak of `site`; none means that the table lacks the call.
[[nodiscard]] std::vector<const manual_page*> pages_for(const source_call& site);

[[nodiscard]] const std::vector<ruled_out>& errors_ruled_out();

} // namespace weft::testing
