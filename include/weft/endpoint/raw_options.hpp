// SPDX-License-Identifier: MIT
// Options of raw connections: limits, timeouts, and how they connect.
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
    /// Bytes of output that may wait. Output is always queued when the queue is empty; with `pause`
    /// also when it is at most half full.
    std::size_t queue_size_max = 1024 * 1024;

    /// For `pause`, output counts as an answer if a `data` handler sends it to its own peer.
    /// `close` ends the connection with `errc::queue_full`.
    queue_policy when_full = queue_policy::pause;

    /// Ends the connection when the peer has been idle this long: it has neither sent a byte nor
    /// taken output that had to wait. Time while this side pauses does not count.
    duration idle_timeout{};

    /// For the TLS handshake, if there is one: until `open`.
    duration tls_timeout = std::chrono::seconds(10);

    /// For the peer to end its side after `close`, counted from when all output has left.
    duration close_timeout = std::chrono::seconds(5);

    /// Ends the connection with `errc::write_stalled` when output waits and the peer has taken none
    /// of it for this long. While output waits no other timeout counts.
    duration write_stall = std::chrono::seconds(30);
};

/// The options for connecting, besides the target.
struct raw_connect_options {
    raw_options connection = {};

    /// For name lookup and connecting together.
    duration connect_timeout = std::chrono::seconds(10);

    /// The TLS layer, such as a `tls_client`; null for none. `open` is called when the server has
    /// proved to be the host connected to, or `tls_host` if set, which a Unix-domain socket needs.
    std::shared_ptr<secure_layer> tls = {};
    std::string tls_host = {};

    /// These act as in `connect_options`.
    duration attempt_delay = std::chrono::milliseconds(250);
    duration resolution_delay = std::chrono::milliseconds(50);
    address local_address = {};
    std::function<result<void>(native_socket socket, const address& to)> before_connect = {};
};

} // namespace weft
