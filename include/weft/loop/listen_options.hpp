// SPDX-License-Identifier: MIT
// How a listener is bound, and what the application does to its sockets.
#pragma once

#include <memory>
#include <optional>

#include <weft/core/address.hpp>
#include <weft/core/function.hpp>
#include <weft/core/result.hpp>
#include <weft/stream/native_socket.hpp>
#include <weft/stream/secure_layer.hpp>

namespace weft {

/// The options of one listener; they can be moved, not copied.
struct listen_options {
    int backlog = 4096;        ///< connections that may wait; the system has a limit of its own
    bool reuse_address = true; ///< bind although old connections of this port linger
    bool reuse_port = false;   ///< share the port with other listeners that say so
    bool ipv6_only = false;    ///< otherwise `::` takes IPv4 as well

    /// The permissions of a Unix-domain socket's file, such as 0660, whatever the process's umask
    /// says; it never has more than these. Without: what the umask leaves of 0777.
    std::optional<unsigned> mode = {};

    /// Encrypts what is accepted; a server's, such as `tls_server`. What goes wrong before the
    /// request is told to `on_fail`, in the phase `tls`; of a raw server, to `fail`.
    std::shared_ptr<secure_layer> tls = {};

    /// Called by `listen` with the socket, before it is bound: set options, bind to a device. An
    /// error ends `listen` with it. Must not close the socket.
    function<result<void>(native_socket socket)> before_bind = {};

    /// Called in a turn with each connected socket, once the limits have let it in and before
    /// anything is read: set options, look at the peer. False closes it without a word. Must not
    /// close the socket; may end the server.
    function<bool(native_socket socket, const address& peer)> after_accept = {};
};

} // namespace weft
