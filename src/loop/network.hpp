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
    /// Sets the socket of a stream that was made without one. `connected` must be non-blocking.
    /// Only before `start`.
    virtual void hold(owned_socket connected) noexcept = 0;

    /// Releases the socket to the caller; only before `start`.
    [[nodiscard]] virtual owned_socket release() noexcept = 0;

protected:
    using stream::stream;
};

/// Whether the stream or the application closes a descriptor that is not a Weft socket.
enum class file_owner : std::uint8_t { stream, application };

/// Holds no state of a loop: each function receives the loop. All functions may throw
/// std::bad_alloc, and then have no effect.
class network {
public:
    /// Makes a stream over `connected`, which must be non-blocking. If it is empty, `hold` sets the
    /// socket later.
    [[nodiscard]] virtual std::unique_ptr<socket_transport>
    make_stream(loop_state& loop, owned_socket connected) = 0;

    /// Makes a stream over a descriptor of another kind: a pipe, a terminal, a device. Fails with
    /// `not_pollable`, or with the system's error; then the descriptor is unchanged.
    virtual result<std::unique_ptr<stream>> open_file(loop_state& loop, int descriptor,
                                                      file_owner whose) = 0;

    /// Binds and listens at `where`. A Unix-domain socket file is replaced if the process that made
    /// it has ended, never while it is in use; it is removed when listening ends.
    virtual result<listener*> listen(loop_state& loop, const address& where,
                                     listen_options options, listener::accepted then,
                                     listener::starved otherwise) = 0;

    /// Takes over a listening socket; on error the caller keeps it. Its socket file is not removed.
    virtual result<listener*> adopt_listener(loop_state& loop, native_socket socket,
                                             listener::accepted then,
                                             listener::starved otherwise) = 0;

    [[nodiscard]] virtual connect_attempt& make_attempt(loop_state& loop,
                                                        connect_attempt::owner& notified) = 0;
    [[nodiscard]] virtual datagram_port& make_datagram_port(loop_state& loop,
                                                            datagram_events& sink) = 0;

    /// Submits operations that the network has gathered; called after each turn of a guest. A
    /// network that gathers operations must itself submit those that began outside turns, and all
    /// others before its engine waits.
    virtual void submit(loop_state&) noexcept {}

protected:
    ~network() = default;
};

} // namespace weft
