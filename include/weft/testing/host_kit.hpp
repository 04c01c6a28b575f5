// SPDX-License-Identifier: MIT
// The conformance kit for hosts: checks that a loop of yours, with the three functions that you
// wrote for it, is a host as `event_loop`'s contract wants it. Needs no test framework.
#pragma once

#include <chrono>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include <weft/testing/host_under_test.hpp>

namespace weft::testing {

/// Something to mend in a host.
struct host_finding {
    std::string check; ///< the name of the check that found it
    std::string what;  ///< in words, for the host's author

    bool operator==(const host_finding&) const = default;
};

std::ostream& operator<<(std::ostream& to, const host_finding& which);

struct host_kit_options {
    /// How late may come what is due at once. A sound host is waited for only as long as it takes.
    duration patience = std::chrono::seconds(2);

    /// The checks to make, by their names; all when it is empty.
    std::vector<std::string> only = {};
};

/// The names of the checks, in the order in which they are made.
[[nodiscard]] std::vector<std::string_view> host_check_names();

/// Makes the checks, each on a host of its own, and tells what is wrong; nothing if all is well.
///
/// `make` and all that it makes are called on this thread. Takes about half a second of a sound
/// host. What a host throws passes through, and a `turn` that never returns is not survived.
[[nodiscard]] std::vector<host_finding> check_host(const host_factory& make,
                                                   const host_kit_options& options = {});

} // namespace weft::testing
