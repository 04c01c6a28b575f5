// SPDX-License-Identifier: MIT
// What the runs have done, summed up.
#pragma once

#include <cstdint>
#include <ostream>

namespace weft::simulation {

struct tally {
    std::uint64_t runs = 0;
    std::uint64_t operations = 0;
    std::uint64_t turns = 0;
    std::uint64_t handlers = 0;
    std::uint64_t connections = 0;
    std::uint64_t opened = 0;
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
    std::uint64_t ends = 0;
    std::uint64_t clean_ends = 0;
    std::uint64_t timeouts = 0;
    std::uint64_t faults = 0;

    /// Calls `visit(name, value)` for each.
    template <class Visit>
    void for_each(Visit&& visit) const {
        visit("runs", runs);
        visit("operations", operations);
        visit("turns", turns);
        visit("handlers", handlers);
        visit("connections", connections);
        visit("opened", opened);
        visit("messages", messages);
        visit("bytes", bytes);
        visit("ends", ends);
        visit("clean ends", clean_ends);
        visit("timeouts", timeouts);
        visit("faults", faults);
    }
};

/// One line for a program to read: `tally runs=1 operations=120 ...`.
inline std::ostream& operator<<(std::ostream& out, const tally& all) {
    out << "tally";
    all.for_each([&out](const char* name, std::uint64_t value) {
        out << ' ';
        for (const char* at = name; *at != '\0'; ++at)
            out << (*at == ' ' ? '_' : *at);
        out << '=' << value;
    });
    return out;
}

} // namespace weft::simulation
