// SPDX-License-Identifier: MIT
//
// How bytes go through a connected socket: as they are, or encrypted. Knows no protocol above.

#pragma once

#include "dial.hpp"

#include <sys/types.h>

#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace weft::load {

enum class encryption { none, full_handshakes, resumed_handshakes };

/// A connected socket, plain; blocking at first.
class wire {
public:
    explicit wire(descriptor socket) : socket_{std::move(socket)} {}
    virtual ~wire() = default;

    int number() const { return socket_.number(); }

    /// As recv(2) and send(2) do. Where it does not block, a part says that no more can be done
    /// until the socket is ready again.
    virtual ssize_t receive(std::span<char> into);
    virtual ssize_t send(std::string_view bytes);

    virtual void stop_blocking();

private:
    descriptor socket_;
};

/// Shakes hands over `socket`; throws std::runtime_error if that fails.
///
/// Resumed handshakes go on with the session of the last wire that was read from.
std::unique_ptr<wire> encrypt(descriptor socket, encryption how);

}  // namespace weft::load
