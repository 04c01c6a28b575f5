// SPDX-License-Identifier: MIT
// Makes streams, listeners, attempts and ports that wait for readiness.
#include "loop/posix/readiness_network.hpp"

#include <utility>

#include "loop/loop_state.hpp"
#include "loop/posix/file_stream.hpp"
#include "loop/posix/readiness_connect_attempt.hpp"
#include "loop/posix/readiness_datagram_port.hpp"
#include "loop/posix/readiness_listener.hpp"
#include "loop/posix/socket_stream.hpp"

namespace weft {

readiness_network& readiness_network::instance() noexcept {
    static readiness_network one;
    return one;
}

std::unique_ptr<socket_transport> readiness_network::make_stream(loop_state& loop,
                                                                 owned_socket connected) {
    return std::make_unique<socket_stream>(loop, std::move(connected));
}

result<std::unique_ptr<stream>> readiness_network::open_file(loop_state& loop, int descriptor,
                                                             file_owner whose) {
    return file_stream::open(loop, descriptor, whose);
}

result<listener*> readiness_network::listen(loop_state& loop, const address& where,
                                            listen_options options, listener::accepted then,
                                            listener::starved otherwise) {
    return readiness_listener::open(loop, where, std::move(options), std::move(then),
                                    std::move(otherwise));
}

result<listener*> readiness_network::adopt_listener(loop_state& loop, native_socket socket,
                                                    listener::accepted then,
                                                    listener::starved otherwise) {
    return readiness_listener::adopt(loop, socket, std::move(then), std::move(otherwise));
}

connect_attempt& readiness_network::make_attempt(loop_state& loop,
                                                 connect_attempt::owner& notified) {
    return *new readiness_connect_attempt(loop, notified);
}

datagram_port& readiness_network::make_datagram_port(loop_state& loop, datagram_events& sink) {
    return *new readiness_datagram_port(loop, sink);
}

} // namespace weft
