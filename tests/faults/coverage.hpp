// SPDX-License-Identifier: MIT
// Which errors have been met at which call sites, and which have not.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "faults/manual.hpp"

namespace weft::testing {

class coverage {
public:
    explicit coverage(const std::vector<source_call>& sites) : sites_(sites) {}

    void reached(const source_call& site, int error, const std::string& setting) {
        reached_[{&site, error}].insert(setting);
    }
    [[nodiscard]] bool met(const source_call& site, int error) const {
        return reached_.contains({&site, error});
    }
    [[nodiscard]] bool met(const source_call& site, int error, const std::string& setting) const {
        return met(site, error) && reached_.at({&site, error}).contains(setting);
    }

    /// A line for each site: the errors met, and those not met in brackets.
    [[nodiscard]] std::string table() const;

    /// Sites and errors that were not met, and sites that the manual's table does not know.
    [[nodiscard]] std::vector<std::string> missing() const;

private:
    const std::vector<source_call>& sites_;
    std::map<std::pair<const source_call*, int>, std::set<std::string>> reached_; // where
};

} // namespace weft::testing
