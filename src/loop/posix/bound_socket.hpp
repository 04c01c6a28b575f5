// SPDX-License-Identifier: MIT
// Makes a socket that listens at an address. POSIX.
#pragma once

#include <weft/core/address.hpp>
#include <weft/core/result.hpp>
#include <weft/loop/listen_options.hpp>

#include "loop/posix/socket_file.hpp"
#include "loop/posix/system_calls.hpp"

namespace weft {

/// A listening socket, its address, and the socket file that binding has created.
struct bound_socket {
    owned_descriptor descriptor;
    address where;
    socket_file file;
};

/// Binds and listens. A Unix-domain socket file is replaced if the process that made it has ended,
/// never while it is in use. On error nothing is left behind.
result<bound_socket> bind_and_listen(const address& where, listen_options& options);

} // namespace weft
