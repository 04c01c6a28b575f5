// SPDX-License-Identifier: MIT
// The names of system calls in the table of calls that tests make fail, where they differ between
// engines.
#pragma once

#include <string_view>

#include <weft/loop/event_loop.hpp>

namespace weft::testing {

inline const bool has_epoll = available_engines().front() == engine_kind::epoll;

/// The call with which the engine of `automatic` registers a descriptor.
inline const std::string_view registration_call = has_epoll ? "epoll_ctl" : "kevent_change";

/// The call with which it looks at what is ready.
inline const std::string_view wait_call = has_epoll ? "epoll_wait" : "kevent";

} // namespace weft::testing
