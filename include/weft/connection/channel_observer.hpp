// SPDX-License-Identifier: MIT
// The interface through which other layers follow a connection: its queue has drained, it has
// ended. Knows nothing of what a connection carries.
#pragma once

#include <weft/stream/work_item.hpp>

namespace weft {

class channel;

/// Is notified about one connection; see `channel::observe`.
///
/// Observers are linked into the connection's list (intrusive), so that removing one never fails.
/// Destroying an observer removes it. Belongs to the thread of the connection's driver.
class channel_observer : private list_link {
public:
    /// `owner` identifies the observer for `channel::observer_of`.
    explicit channel_observer(const void* owner) noexcept : owner_(owner) {}
    virtual ~channel_observer() { unlink(); }

    /// Returns true until the connection has ended.
    [[nodiscard]] bool observes() const noexcept { return linked(); }

    /// Removes the observer from its connection's list.
    void stop_observing() noexcept { unlink(); }

protected:
    /// Called when all queued output has been written, after `send` returned `backed_up` or
    /// `dropped`; the `writable` handler has been called before. May send, and add and remove
    /// observers. An observer that is added meanwhile is not called. Must not call handlers.
    virtual void on_drained() noexcept = 0;

    /// Called once, when the connection has ended: after its last handler, or when it is destroyed
    /// without one. The observer is no longer in the connection's list. Must not call handlers.
    virtual void on_end() noexcept = 0;

private:
    friend class channel;

    const void* owner_;
    bool due_ = false; // `on_drained` is due, while the connection calls its observers
};

} // namespace weft
