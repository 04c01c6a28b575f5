// SPDX-License-Identifier: MIT
// What a raw connection may spend, and how it connects.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include <weft/connection/connection_options.hpp>
#include <weft/core/address.hpp>
#include <weft/core/result.hpp>
#include <weft/core/time.hpp>
#include <weft/stream/native_socket.hpp>
#include <weft/stream/secure_layer.hpp>

namespace weft {

/// The options of a raw connection; a timeout of zero means never.
struct raw_options {
    /// Bytes of output that may wait. What finds the queue empty is always taken; with `pause` also
    /// what finds it at most half full.
    std::size_t queue_size_max = 1024 * 1024;

    /// The answers that `pause` speaks of are what a `data` handler sends to the peer that it
    /// hears; `close` ends the connection with `errc::queue_full`.
    queue_policy when_full = queue_policy::pause;

    /// No sign of life for so long: neither a byte received nor output taken that had to wait. A
    /// pause of this side does not count.
    duration idle_timeout{};

    /// For the handshake of TLS, where there is one: until `open`.
    duration tls_timeout = std::chrono::seconds(10);

    /// After `close`, from when all has left: for the peer's end.
    duration close_timeout = std::chrono::seconds(5);

    /// Output waits, and the peer has taken none of it for so long: the end, with
    /// `errc::write_stalled`. While output waits no other timeout counts.
    duration write_stall = std::chrono::seconds(30);
};

/// How a raw connection connects.
struct raw_connect_options {
    raw_options connection = {};

    /// For resolving and connecting together.
    duration connect_timeout = std::chrono::seconds(10);

    /// Encrypts, such as a `tls_client`. `open` comes when the server has proved that it is the
    /// host that was connected to, or `tls_host` if that is given, as for a Unix-domain socket.
    std::shared_ptr<secure_layer> tls = {};
    std::string tls_host = {};

    /// As in `connect_options`.
    duration attempt_delay = std::chrono::milliseconds(250);
    duration resolution_delay = std::chrono::milliseconds(50);
    address local_address = {};
    std::function<result<void>(native_socket socket, const address& to)> before_connect = {};
};

} // namespace weft
