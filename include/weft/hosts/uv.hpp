// SPDX-License-Identifier: MIT
// libuv as a host. Its header is not needed here.
#pragma once

#include <weft/loop/runner.hpp>

struct uv_loop_s; // uv_loop_t

namespace weft {

/// What libuv does for a guest, for one stay. `host` outlives it.
[[nodiscard]] host_ops uv_host(uv_loop_s* host);

/// An event loop's stay in a libuv loop.
///
/// `uv_run` goes on for as long as Weft has work. libuv lets go of a handle in its next iteration,
/// also after this was destroyed: until then `uv_loop_close` says UV_EBUSY. So run the host until
/// `done` of `detach`, or until it returns, and close it then.
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
