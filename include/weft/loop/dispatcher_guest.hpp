// SPDX-License-Identifier: MIT
// A message dispatcher as a host: it cannot watch a descriptor, but it calls functions that other
// threads hand to it. Knows no dispatcher.
#pragma once

#include <weft/loop/guest.hpp>

namespace weft {

/// Has `work` called on the application's thread, soon, and not from inside this call.
///
/// Called on a thread of Weft's, with nothing locked; it must not wait for the application's
/// thread. Work that is destroyed without having been called, or an exception, means that the
/// dispatcher has not taken it: it is asked again a tenth of a second later.
using dispatch = function<void(function<void()> work)>;

/// What a dispatcher does for a guest, for one stay, in which `post` can be called.
///
/// A thread waits for the loop's descriptor, posts a turn and waits for its end. So handlers run on
/// the application's thread, and the dispatcher holds one function at most. A turn that lasts for
/// more than some milliseconds may have the dispatcher run inside it: others are posted then, too.
/// The thread blocks all signals. `unwatch` ends it and waits for that, wherever it is called, also
/// when the dispatcher does nothing any more.
[[nodiscard]] host_ops dispatcher_host(dispatch post);

/// An event loop's stay in a message dispatcher; made and destroyed on the application's thread.
class dispatcher_guest : public guest {
public:
    /// Throws std::system_error when there can be no thread or no descriptor, or as `guest` does.
    dispatcher_guest(event_loop& loop, dispatch post, budget limit = guest_budget)
        : guest(loop, dispatcher_host(std::move(post)), limit) {}
};

} // namespace weft
