// SPDX-License-Identifier: MIT
// The conformance kit for streams: checks that your stream meets every rule of `weft::stream` and
// `weft::stream_events`. Needs no test framework.
#pragma once

#include <chrono>
#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include <weft/testing/streams_under_test.hpp>

namespace weft::testing {

/// A defect found in a stream.
struct stream_finding {
    std::string check; ///< the name of the check that found it
    std::string what;  ///< a description, for the stream's author

    bool operator==(const stream_finding&) const = default;
};

std::ostream& operator<<(std::ostream& to, const stream_finding& which);

struct stream_kit_options {
    /// How long to wait for an event that is due while nothing else happens.
    duration patience = std::chrono::seconds(2);

    /// The most bytes that a stream may accept while its peer does not read, including those in the
    /// buffers of the system.
    std::size_t in_flight_max = 32 * 1024 * 1024;

    /// The names of the checks to run; empty for all.
    std::vector<std::string> only = {};
};

/// Returns the names of the checks, in the order in which they run.
[[nodiscard]] std::vector<std::string_view> stream_check_names();

/// Runs the checks, each on its own pair, and returns the defects found; empty if there are none.
///
/// `make` and everything that it makes are called on this thread. Exceptions of the stream are
/// passed on to the caller. Use of freed memory by a stream is detected only under
/// AddressSanitizer.
[[nodiscard]] std::vector<stream_finding> check_stream(const streams_factory& make,
                                                       const stream_kit_options& options = {});

} // namespace weft::testing
