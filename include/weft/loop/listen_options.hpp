// SPDX-License-Identifier: MIT
// How a listener is bound, and callbacks for its sockets.
#pragma once

#include <memory>
#include <optional>

#include <weft/core/address.hpp>
#include <weft/core/function.hpp>
#include <weft/core/result.hpp>
#include <weft/stream/native_socket.hpp>
#include <weft/stream/secure_layer.hpp>

namespace weft {

/// The options of one listener. Movable, not copyable.
struct listen_options {
    int backlog = 4096;        ///< connections waiting for accept(2); the system limits it, too
    bool reuse_address = true; ///< bind even if old connections linger on this port
    bool reuse_port = false;   ///< share the port with other listeners that set this
    bool ipv6_only = false;    ///< false: `::` also accepts IPv4

    /// The permissions of a Unix-domain socket's file, such as 0660, regardless of the process's
    /// umask; the file never has more permissions than these, not even briefly. Empty: 0777 minus
    /// the umask.
    std::optional<unsigned> mode = {};

    /// Encrypts accepted connections; a server-side layer such as `tls_server`. A failed TLS
    /// handshake is reported to `on_fail`, in the phase `tls`; for a raw server, to `fail`.
    std::shared_ptr<secure_layer> tls = {};

    /// Called by `listen` with the socket before it is bound, to set options or bind to a device.
    /// If it returns an error, `listen` fails with that error. Must not close the socket.
    function<result<void>(native_socket socket)> before_bind = {};

    /// Called in a turn with each accepted socket that is within the limits, before anything is
    /// read, to set options or inspect the peer. If it returns false, the connection is closed
    /// without a response. Must not close the socket; may end the server.
    function<bool(native_socket socket, const address& peer)> after_accept = {};
};

} // namespace weft
