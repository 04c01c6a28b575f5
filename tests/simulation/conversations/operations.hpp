// SPDX-License-Identifier: MIT
// What an application can do, and what a network can do to it, with how often it happens.
#pragma once

#include <span>

namespace weft::simulation {

class world;

struct operation {
    const char* name;
    unsigned weight;
    void (*perform)(world&);
};

[[nodiscard]] std::span<const operation> operations();

} // namespace weft::simulation
