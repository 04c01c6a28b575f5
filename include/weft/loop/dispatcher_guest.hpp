// SPDX-License-Identifier: MIT
// Runs an event loop as a guest of a message dispatcher: a loop that cannot watch a descriptor, but
// runs functions that other threads post to it. Depends on no particular dispatcher.
#pragma once

#include <weft/loop/guest.hpp>

namespace weft {

/// A function that posts `work` to the application's thread, to be called there later, not from
/// inside this call.
///
/// Called on one of Weft's threads, with no lock held; must not wait for the application's thread.
/// If it throws, or destroys `work` without calling it, Weft tries again 100 milliseconds later.
using dispatch = function<void(function<void()> work)>;

/// Returns the host operations of a message dispatcher, for one attachment. `post` is called only
/// while the attachment lasts.
///
/// Weft starts a thread, which waits for the loop's descriptor, posts a turn, and waits until that
/// turn has ended. Handlers thus run on the application's thread, and the dispatcher normally holds
/// at most one function. If a turn lasts longer than five milliseconds, the thread posts another,
/// because a handler may be running the dispatcher itself. The thread blocks all signals. `unwatch`
/// ends the thread and joins it; it may be called on any thread, even when the dispatcher no longer
/// runs posted functions.
[[nodiscard]] host_ops dispatcher_host(dispatch post);

/// Attaches an event loop to a message dispatcher. Must be created and destroyed on the
/// application's thread.
class dispatcher_guest : public guest {
public:
    /// Throws std::system_error if the thread or its descriptor cannot be created, or as `guest`
    /// does.
    dispatcher_guest(event_loop& loop, dispatch post, budget limit = guest_budget)
        : guest(loop, dispatcher_host(std::move(post)), limit) {}
};

} // namespace weft
