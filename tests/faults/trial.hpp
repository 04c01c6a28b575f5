// SPDX-License-Identifier: MIT
// One scenario played once, with one fault or none, and what must hold whatever happens.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "faults/fault_plan.hpp"
#include "faults/manual.hpp"
#include "faults/scenario.hpp"

namespace weft::testing {

/// What came of a trial.
struct verdict {
    bool completed = false;
    std::size_t failed = 0; ///< calls that were made to fail
    std::map<const source_call*, std::size_t> calls;
    std::vector<std::error_code> reported;
    bool impatient = false;         ///< time went on while something may have been on its way
    std::vector<std::string> wrong; ///< what did not hold; empty is good
};

/// A scenario in a setting.
struct trial {
    const scenario* what;
    const setting* where;
    const std::vector<source_call>* sites;

    /// Plays it without a fault.
    [[nodiscard]] verdict undisturbed() const;

    /// Plays it with a fault, and judges what must hold whatever happens (nothing spins, each
    /// connection ends once, others go on, everything ends, no descriptor and no file is left),
    /// and what the manual's page has as the consequence.
    [[nodiscard]] verdict disturbed(const fault& by, consequence expected) const;
};

} // namespace weft::testing
