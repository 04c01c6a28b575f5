// SPDX-License-Identifier: MIT
// Hosts with one fault each, and what the kit says of it.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include <weft/testing/host_under_test.hpp>

namespace weft::testing {

struct faulty_host {
    std::string name;
    std::string check; ///< finds the fault
    std::string words; ///< and says this of it
    host_factory make;

    friend std::ostream& operator<<(std::ostream& to, const faulty_host& which) {
        return to << which.name;
    }
};

[[nodiscard]] std::vector<faulty_host> all_faulty_hosts();

} // namespace weft::testing
