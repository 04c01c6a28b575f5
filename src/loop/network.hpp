// SPDX-License-Identifier: MIT
// What an engine makes of sockets: streams, listeners, attempts to connect, ports for datagrams.
// Engines that report readiness share one network; an engine that completes operations brings its
// own.
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

/// A connected socket as a stream.
class socket_transport : public stream {
public:
    /// Takes over `connected`, which does not block, if it has none; only before `start`.
    virtual void hold(owned_socket connected) noexcept = 0;

    /// Gives the socket back; only before `start`.
    [[nodiscard]] virtual owned_socket release() noexcept = 0;

protected:
    using stream::stream;
};

/// Who closes a descriptor that is not a socket of ours.
enum class file_owner : std::uint8_t { stream, application };

/// It has no state of a loop's: each call names its loop. All calls may throw std::bad_alloc, and
/// have done nothing then.
class network {
public:
    /// A stream over `connected`, which does not block, or over what it will `hold`.
    [[nodiscard]] virtual std::unique_ptr<socket_transport>
    make_stream(loop_state& loop, owned_socket connected) = 0;

    /// A stream over a descriptor of another kind: a pipe, a terminal, a device. On error it is as
    /// it was: `not_pollable`, or what the system says.
    virtual result<std::unique_ptr<stream>> open_file(loop_state& loop, int descriptor,
                                                      file_owner whose) = 0;

    /// Binds and listens at `where`. A Unix-domain path is taken over from a dead process, never
    /// from a living one, and removed at the end.
    virtual result<listener*> listen(loop_state& loop, const address& where,
                                     listen_options options, listener::accepted then,
                                     listener::starved otherwise) = 0;

    /// Takes over a socket that listens already; on error it is not taken. A file stays.
    virtual result<listener*> adopt_listener(loop_state& loop, native_socket socket,
                                             listener::accepted then,
                                             listener::starved otherwise) = 0;

    [[nodiscard]] virtual connect_attempt& make_attempt(loop_state& loop,
                                                        connect_attempt::owner& told) = 0;
    [[nodiscard]] virtual datagram_port& make_datagram_port(loop_state& loop,
                                                            datagram_events& sink) = 0;

    /// Hands the system what was gathered; called after each turn of a guest. What is gathered
    /// outside turns a network of this kind hands over by itself, and the rest before it waits.
    virtual void submit(loop_state&) noexcept {}

protected:
    ~network() = default;
};

} // namespace weft
