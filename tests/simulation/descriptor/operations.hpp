// SPDX-License-Identifier: MIT
// What can happen to a world, from inside and outside, with how often it does.
#pragma once

#include <span>

#include "simulation/descriptor/world.hpp"

namespace weft::testing {

struct operation {
    const char* name;
    unsigned weight;
    void (*perform)(world&);
};

[[nodiscard]] std::span<const operation> operations();

/// More sockets ready at once than one wait tells of.
void crowd(world& here);

} // namespace weft::testing
