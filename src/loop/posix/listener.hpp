// SPDX-License-Identifier: MIT
// A listening socket that gives connected ones. POSIX.
#pragma once

#include <memory>
#include <system_error>

#include <weft/core/address.hpp>
#include <weft/core/function.hpp>
#include <weft/loop/listen_options.hpp>

#include "loop/engine.hpp"
#include "loop/posix/bound_socket.hpp"
#include "loop/posix/descriptor.hpp"

namespace weft {

class loop_state;

/// Accepts while it lives; counts as work of the loop. Ends with its owner, who buries it.
class listener final : private source {
public:
    /// Hears of each connected socket, with its peer.
    using accepted = function<void(owned_descriptor, const address& peer)>;

    /// Hears why nothing can be accepted, and whether this begins: it is told again at each try,
    /// until all who waited have been accepted.
    using starved = function<void(std::error_code, bool begins)>;

    /// Binds and listens at `where`. A Unix-domain path is taken over from a dead process, never
    /// from a living one, and removed at the end.
    static result<listener*> open(loop_state& loop, const address& where, listen_options options,
                                  accepted then, starved otherwise = {});

    /// Takes over a socket that listens already; on error it is not taken. A file stays.
    static result<listener*> adopt(loop_state& loop, int descriptor, accepted then,
                                   starved otherwise = {});

    /// Stops listening, and dies when the last frame has left it.
    void close() noexcept;

    /// The same, and leaves the socket to the caller, or to whoever it was adopted from; a file
    /// stays.
    int give_back() noexcept;

    [[nodiscard]] const address& where() const noexcept { return bound_.where; }

    /// Whether it waits for descriptors or memory.
    [[nodiscard]] bool is_starved() const noexcept { return starved_; }

    /// Some descriptor has been closed: if it waits for one, it tries again in the next round.
    void feed() noexcept;

private:
    class retry;

    listener(loop_state& loop, accepted then, starved otherwise);
    ~listener() override;

    std::error_code begin(bound_socket& bound) noexcept;
    void leave() noexcept;
    void ready(readiness what) noexcept override;
    void run() noexcept override;
    std::error_code accept_one();
    void starve(std::error_code why);

    loop_state& loop_;
    bound_socket bound_;
    accepted then_;
    starved otherwise_;
    std::unique_ptr<retry> retry_; // armed while it starves
    bool starved_ = false;
};

} // namespace weft
