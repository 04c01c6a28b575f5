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

/// Notes why something was refused. What epoll(7) cannot wait for is EPERM.
void tell_refusal(world& w, std::error_code why);

/// Those of raw files, pipes and terminals, which are part of all.
[[nodiscard]] std::vector<scenario> file_scenarios();

} // namespace weft::testing
