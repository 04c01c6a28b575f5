// SPDX-License-Identifier: MIT
// What has happened on an endpoint's connections, in numbers, and their text for Prometheus.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <weft/core/close_code.hpp>
#include <weft/core/duration_histogram.hpp>
#include <weft/core/time.hpp>
#include <weft/core/traffic.hpp>

namespace weft {

/// The connections of one route. Routes with equal host, path and subprotocol are counted together.
struct route_counters {
    std::string host = {};
    std::string path = {};
    std::string subprotocol = {};
    std::uint64_t opened = 0; ///< since the endpoint was created
    std::size_t open = 0;     ///< now, including those in their closing handshake
};

inline constexpr std::array<duration, 9> round_trip_bounds{
    std::chrono::milliseconds(1),   std::chrono::milliseconds(5),   std::chrono::milliseconds(10),
    std::chrono::milliseconds(25),  std::chrono::milliseconds(50),  std::chrono::milliseconds(100),
    std::chrono::milliseconds(250), std::chrono::milliseconds(500), std::chrono::seconds(1)};

/// How many connections have a round trip in each range between two bounds.
using round_trip_histogram = duration_histogram<round_trip_bounds>;

/// A snapshot of the counters of a server, a client or a stream_endpoint.
///
/// Keys of the maps appear when they are first counted. If there is no memory for a new key, the
/// event counts only towards the total.
struct endpoint_counters {
    // --- since the endpoint was created
    std::uint64_t opened = 0;   ///< opening handshakes that succeeded
    std::uint64_t closed = 0;   ///< connections that have ended after they had opened
    std::uint64_t failed = 0;   ///< connections that have ended without opening
    std::uint64_t requests = 0; ///< plain HTTP requests, whatever the answer was
    std::uint64_t refused = 0;  ///< clients that a limit of the server refused on arrival

    /// Of `closed`: `report::code()`.
    std::map<close_code, std::uint64_t> close_codes = {};

    /// Of `closed`: `report::error`, if there was one.
    std::map<std::error_code, std::uint64_t> close_errors = {};

    /// Of `failed`: `report::error`.
    std::map<std::error_code, std::uint64_t> failures = {};

    /// Of `failed`: the HTTP status that was sent or received, if there was one.
    std::map<int, std::uint64_t> statuses = {};

    weft::traffic traffic = {}; ///< of all connections, including those that have ended

    // --- now
    std::size_t connections = 0;  ///< all of them
    std::size_t handshakes = 0;   ///< those that have not opened
    std::size_t queued_bytes = 0; ///< output that waits for peers
    std::size_t waiting = 0;      ///< connections with such output
    std::size_t memory_used = 0;  ///< bytes that count towards `server_limits::memory_max`

    /// Of open connections: the smoothed round trip of their pings (`connection::round_trip`).
    round_trip_histogram round_trips = {};

    std::vector<route_counters> routes = {}; ///< of a server; in the order of `route`

    /// Adds the counters of another endpoint, such as that of another loop.
    endpoint_counters& operator+=(const endpoint_counters& other);
};

/// Returns the counters in the text format of Prometheus, version 0.0.4, to be served as
/// "text/plain; version=0.0.4". The names begin with `prefix` and an underscore; it must consist of
/// letters, digits and underscores and not begin with a digit.
[[nodiscard]] std::string prometheus_text(const endpoint_counters& counters,
                                          std::string_view prefix = "weft");

} // namespace weft
