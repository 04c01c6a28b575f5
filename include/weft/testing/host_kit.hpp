// SPDX-License-Identifier: MIT
// The conformance kit for hosts: checks that your loop, with the three functions that you wrote for
// it, meets `event_loop`'s contract for hosts. Needs no test framework.
#pragma once

#include <chrono>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include <weft/testing/host_under_test.hpp>

namespace weft::testing {

/// A defect found in a host.
struct host_finding {
    std::string check; ///< the name of the check that found it
    std::string what;  ///< a description, for the host's author

    bool operator==(const host_finding&) const = default;
};

std::ostream& operator<<(std::ostream& to, const host_finding& which);

struct host_kit_options {
    /// The longest accepted delay of an event that is due. With a correct host, the kit does not
    /// wait that long.
    duration patience = std::chrono::seconds(2);

    /// The names of the checks to run; empty for all.
    std::vector<std::string> only = {};
};

/// Returns the names of the checks, in the order in which they run.
[[nodiscard]] std::vector<std::string_view> host_check_names();

/// Runs the checks, each on its own host, and returns the defects found; empty if there are none.
///
/// `make` and everything that it makes are called on this thread. Takes about half a second for a
/// correct host. Exceptions of the host are passed on to the caller. If a `turn` never returns, the
/// check hangs.
[[nodiscard]] std::vector<host_finding> check_host(const host_factory& make,
                                                   const host_kit_options& options = {});

} // namespace weft::testing
