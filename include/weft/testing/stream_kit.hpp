// SPDX-License-Identifier: MIT
// The conformance kit for streams: checks that a stream of yours keeps each line of what
// `weft::stream` and `weft::stream_events` promise. Needs no test framework.
#pragma once

#include <chrono>
#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include <weft/testing/streams_under_test.hpp>

namespace weft::testing {

/// Something to mend in a stream.
struct stream_finding {
    std::string check; ///< the name of the check that found it
    std::string what;  ///< in words, for the stream's author

    bool operator==(const stream_finding&) const = default;
};

std::ostream& operator<<(std::ostream& to, const stream_finding& which);

struct stream_kit_options {
    /// How long something that is due is waited for while nothing happens.
    duration patience = std::chrono::seconds(2);

    /// How much a stream may take while its peer does not read, whatever holds it.
    std::size_t in_flight_max = 32 * 1024 * 1024;

    /// The checks to make, by their names; all when it is empty.
    std::vector<std::string> only = {};
};

/// The names of the checks, in the order in which they are made.
[[nodiscard]] std::vector<std::string_view> stream_check_names();

/// Makes the checks, each on a pair of its own, and tells what is wrong; nothing if all is well.
///
/// `make` and all that it makes are called on this thread. What a stream throws passes through.
/// Freed memory that a stream goes on using is found under AddressSanitizer only.
[[nodiscard]] std::vector<stream_finding> check_stream(const streams_factory& make,
                                                       const stream_kit_options& options = {});

} // namespace weft::testing
