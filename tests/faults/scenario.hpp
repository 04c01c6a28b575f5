// SPDX-License-Identifier: MIT
// What can be played in a world, so that together all of the loop's calls are made.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "faults/fault_plan.hpp"
#include "faults/world.hpp"

namespace weft::testing {

struct scenario {
    std::string name;

    /// Whether all has come about as it should.
    std::function<bool(world&)> play;

    /// The world begins under faults, too; otherwise it stands, with a bystander in it.
    bool from_the_beginning = false;

    /// Calls that this system lacks.
    std::vector<missing_call> lacks = {};
};

[[nodiscard]] const std::vector<scenario>& all_scenarios();

} // namespace weft::testing
