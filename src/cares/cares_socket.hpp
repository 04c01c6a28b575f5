// SPDX-License-Identifier: MIT
// A socket of c-ares, watched by the loop's engine.
#pragma once

#include <ares.h>

#include "loop/engine.hpp"

namespace weft {

class loop_state;
class cares_channel;

/// Reports readiness again after each call of c-ares, which may leave input unread. Owned by the
/// channel, which calls `leave` before c-ares closes the descriptor.
class cares_socket final : public source {
public:
    cares_socket(loop_state& loop, cares_channel& owner, ares_socket_t which) noexcept
        : loop_(loop), owner_(owner), which_(which) {}

    void watch(bool read, bool write) noexcept;

    /// Stops watching. The object is destroyed once none of its functions is on the stack.
    void leave() noexcept;

private:
    void register_again() noexcept;
    void ready(readiness what) noexcept override;
    void run() noexcept override;

    loop_state& loop_;
    cares_channel& owner_;
    ares_socket_t which_;
    interest wanted_{};
    bool watched_ = false;
    bool readable_ = false;
    bool writable_ = false;
};

} // namespace weft
