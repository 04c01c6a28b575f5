// SPDX-License-Identifier: MIT
// Options of raw connections: limits, timeouts, and how they connect.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include <weft/connection/connection_options.hpp>
#include <weft/core/address.hpp>
#include <weft/core/function.hpp>
#include <weft/core/result.hpp>
#include <weft/core/time.hpp>
#include <weft/stream/native_socket.hpp>
#include <weft/stream/secure_layer.hpp>

namespace weft {

/// The options of a raw connection. A timeout of zero means no timeout.
struct raw_options {
    /// Limit on the queued output, in bytes. Output of any size is queued if the queue is empty,
    /// or, with `queue_policy::pause`, at most half full.
    std::size_t queue_size_max = 1024 * 1024;

    /// With `queue_policy::pause`, an answer is output that a `data` handler sends to its own peer.
    /// With `queue_policy::close`, the connection ends with `errc::queue_full`.
    queue_policy when_full = queue_policy::pause;

    /// How long the peer may be idle: neither send a byte nor read waiting output. Then the
    /// connection ends with `errc::idle_timeout`. The time during a `pause` does not count.
    duration idle_timeout{};

    /// Limit on the duration of the TLS handshake, if there is one.
    duration tls_timeout = std::chrono::seconds(10);

    /// How long the peer may take to end its side after `close`; counted from when all output has
    /// been sent.
    duration close_timeout = std::chrono::seconds(5);

    /// How long output may wait while the peer reads none of it. Then the connection ends with
    /// `errc::write_stalled`. While output waits, no other timeout applies. The time during a
    /// `pause` does not count, unless `close` was called.
    duration write_stall = std::chrono::seconds(30);

    /// The lowest acceptable rate at which the peer takes queued output, in bytes per second, as
    /// in `session_limits::output_rate_min`: measured over `write_stall`, ends with
    /// `errc::output_too_slow`. 0, the default, means no minimum, because a slow network looks the
    /// same.
    std::size_t output_rate_min = 0;
};

/// Options of `raw_client::connect`.
struct raw_connect_options {
    raw_options connection = {};

    /// Limit on the duration of name lookup and connecting together.
    duration connect_timeout = std::chrono::seconds(10);

    /// The TLS layer, such as a `tls_client`; null for none. The server's certificate must be valid
    /// for the host of the target, or for `tls_host` if that is not empty. A Unix-domain target
    /// needs `tls_host`.
    std::shared_ptr<secure_layer> tls = {};
    std::string tls_host = {};

    /// These have the same meaning as in `connect_options`.
    duration attempt_delay = std::chrono::milliseconds(250);
    duration resolution_delay = std::chrono::milliseconds(50);
    address local_address = {};
    copyable_function<result<void>(native_socket socket, const address& to)> before_connect = {};
};

} // namespace weft
