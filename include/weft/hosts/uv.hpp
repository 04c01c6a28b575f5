// SPDX-License-Identifier: MIT
// libuv as a host. Its header is not needed here.
#pragma once

#include <weft/loop/runner.hpp>

struct uv_loop_s; // uv_loop_t

namespace weft {

/// What libuv does for a guest, for one stay. `host` outlives it, unless it was closed.
[[nodiscard]] host_ops uv_host(uv_loop_s* host);

/// An event loop's stay in a libuv loop.
///
/// `uv_run` goes on for as long as Weft has work. libuv lets go of a handle in its next iteration,
/// also after this was destroyed: until then `uv_loop_close` says UV_EBUSY. So run the host until
/// `done` of `detach` has been called or `uv_run` returns, and close the loop after `uv_run` has
/// returned: `done` is called inside `uv_run`, where libuv does not allow `uv_loop_close`.
///
/// The application may close Weft's handle, as one does that calls `uv_close` on whatever `uv_walk`
/// shows. Weft gets no turns from then on; this may be destroyed before or after the handle and the
/// loop have been closed, and `done` is called all the same.
class uv_guest : public guest {
public:
    /// Throws std::system_error with what libuv says, or as `guest` does;
    /// `guest::create(loop, uv_host(host))` returns the error instead.
    uv_guest(event_loop& loop, uv_loop_s* host, budget limit = guest_budget)
        : guest(loop, uv_host(host), limit) {}
};

/// A libuv loop of our own with an event loop in it.
class uv_runner : public runner {
public:
    /// Throws std::system_error with what libuv says, or as `guest` does.
    explicit uv_runner(event_loop& loop, budget limit = guest_budget);

    /// For handles of the application's own, which are closed before this is destroyed.
    [[nodiscard]] uv_loop_s* host() const noexcept;
};

} // namespace weft
