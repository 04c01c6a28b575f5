// SPDX-License-Identifier: MIT
// The interface of an engine's network: makes streams, listeners, connection attempts and datagram
// ports. Engines that report readiness share one network; an engine that completes operations has
// its own.
#pragma once

#include <cstdint>
#include <memory>

#include <weft/core/result.hpp>
#include <weft/loop/listen_options.hpp>
#include <weft/stream/stream.hpp>

#include "loop/connect_attempt.hpp"
#include "loop/datagram_port.hpp"
#include "loop/listener.hpp"

namespace weft {

class loop_state;

/// A stream over a connected socket.
class socket_transport : public stream {
public:
    /// Takes over `connected`, which is non-blocking, if it has no socket; only before `start`.
    virtual void hold(owned_socket connected) noexcept = 0;

    /// Releases the socket to the caller; only before `start`.
    [[nodiscard]] virtual owned_socket release() noexcept = 0;

protected:
    using stream::stream;
};

/// Whether the stream or the application closes a descriptor that is not a Weft socket.
enum class file_owner : std::uint8_t { stream, application };

/// Keeps no state of a loop: each call names its loop. All calls may throw std::bad_alloc, and then
/// have no effect.
class network {
public:
    /// Makes a stream over `connected`, which is non-blocking, or over a socket for `hold`.
    [[nodiscard]] virtual std::unique_ptr<socket_transport>
    make_stream(loop_state& loop, owned_socket connected) = 0;

    /// Makes a stream over a descriptor of another kind: a pipe, a terminal, a device. Fails with
    /// `not_pollable`, or with the system's error; then the descriptor is unchanged.
    virtual result<std::unique_ptr<stream>> open_file(loop_state& loop, int descriptor,
                                                      file_owner whose) = 0;

    /// Binds and listens at `where`. A Unix-domain socket file is replaced if the process that made
    /// it has ended, never while it is in use, and removed at the end.
    virtual result<listener*> listen(loop_state& loop, const address& where,
                                     listen_options options, listener::accepted then,
                                     listener::starved otherwise) = 0;

    /// Takes over a listening socket; on error the caller keeps it. A socket file is not removed.
    virtual result<listener*> adopt_listener(loop_state& loop, native_socket socket,
                                             listener::accepted then,
                                             listener::starved otherwise) = 0;

    [[nodiscard]] virtual connect_attempt& make_attempt(loop_state& loop,
                                                        connect_attempt::owner& told) = 0;
    [[nodiscard]] virtual datagram_port& make_datagram_port(loop_state& loop,
                                                            datagram_events& sink) = 0;

    /// Submits gathered operations to the system; called after each turn of a guest. Such a network
    /// itself submits those gathered outside turns, and all others before it waits.
    virtual void submit(loop_state&) noexcept {}

protected:
    ~network() = default;
};

} // namespace weft
