// SPDX-License-Identifier: MIT
// Counting and printing what was met.
#include "faults/coverage.hpp"

#include <iomanip>
#include <sstream>

#include "faults/fault_plan.hpp"

namespace weft::testing {

std::string coverage::table() const {
    std::ostringstream text;
    for (const source_call& site : sites_) {
        text << std::left << std::setw(44) << site.str();
        bool any = false;
        for (const manual_page* page : pages_for(site)) {
            for (const int error : page->errors) {
                const auto name = name_of_error(error);
                text << ' ' << (met(site, error) ? name : "[" + name + "]");
                any = true;
            }
        }
        text << (any ? "\n" : " cannot fail\n");
    }
    for (const auto& [calls, errors, reason] : errors_ruled_out()) {
        text << "not asked for: " << calls << ": " << errors << " (" << reason << ")\n";
    }
    return text.str();
}

std::vector<std::string> coverage::missing() const {
    std::vector<std::string> found;
    for (const source_call& site : sites_) {
        const auto pages = pages_for(site);
        if (pages.empty()) found.push_back(site.str() + " is not in the manual's table");
        for (const manual_page* page : pages) {
            for (const int error : page->errors) {
                if (met(site, error)) continue;
                found.push_back(site.str() + " has never failed with " + name_of_error(error));
            }
        }
    }
    return found;
}

} // namespace weft::testing
