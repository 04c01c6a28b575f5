// SPDX-License-Identifier: MIT
// The network shared by all engines that report readiness: sockets are read and written when they
// are ready. POSIX.
#pragma once

#include "loop/network.hpp"

namespace weft {

class readiness_network final : public network {
public:
    /// Returns the only instance: it has no state.
    static readiness_network& instance() noexcept;

    [[nodiscard]] std::unique_ptr<socket_transport>
    make_stream(loop_state& loop, owned_socket connected) override;
    result<std::unique_ptr<stream>> open_file(loop_state& loop, int descriptor,
                                              file_owner whose) override;
    result<listener*> listen(loop_state& loop, const address& where, listen_options options,
                             listener::accepted then, listener::starved otherwise) override;
    result<listener*> adopt_listener(loop_state& loop, native_socket socket,
                                     listener::accepted then,
                                     listener::starved otherwise) override;
    [[nodiscard]] connect_attempt& make_attempt(loop_state& loop,
                                                connect_attempt::owner& notified) override;
    [[nodiscard]] datagram_port& make_datagram_port(loop_state& loop,
                                                    datagram_events& sink) override;
};

} // namespace weft
