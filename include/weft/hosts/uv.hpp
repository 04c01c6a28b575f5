// SPDX-License-Identifier: MIT
// Runs an event loop as a guest of libuv. Does not include libuv's header.
#pragma once

#include <weft/loop/runner.hpp>

struct uv_loop_s; // uv_loop_t

namespace weft {

/// Returns the host operations of libuv, for one attachment. `host` must outlive the attachment,
/// unless Weft's handle was closed.
[[nodiscard]] host_ops uv_host(uv_loop_s* host);

/// Attaches an event loop to a libuv loop.
///
/// `uv_run` lasts while Weft has work. libuv releases a closed handle in its next iteration,
/// possibly after the guest was destroyed; until then `uv_loop_close` returns UV_EBUSY. Therefore
/// run the host until `detach` has called `done` or `uv_run` returns. Close the loop after `uv_run`
/// has returned: `done` is called inside `uv_run`, where libuv does not allow `uv_loop_close`.
///
/// The application may close Weft's handle, for example by calling `uv_close` on every handle that
/// `uv_walk` visits. Then Weft gets no more turns. The guest may be destroyed before or after the
/// handle and the loop have been closed, and `done` is still called.
class uv_guest : public guest {
public:
    /// Throws std::system_error with libuv's error, or as `guest` does; `guest::create(loop,
    /// uv_host(host))` returns the error instead.
    uv_guest(event_loop& loop, uv_loop_s* host, budget limit = guest_budget)
        : guest(loop, uv_host(host), limit) {}
};

/// Runs an event loop inside a libuv loop that Weft creates.
class uv_runner : public runner {
public:
    /// Throws std::system_error with libuv's error, or as `guest` does.
    explicit uv_runner(event_loop& loop, budget limit = guest_budget);

    /// Returns the libuv loop, for the application's own handles, which must be closed before the
    /// runner is destroyed.
    [[nodiscard]] uv_loop_s* host() const noexcept;
};

} // namespace weft
