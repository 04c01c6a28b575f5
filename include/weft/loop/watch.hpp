// SPDX-License-Identifier: MIT
// Watches a descriptor that other code reads and writes, and reports when it is ready. Knows
// nothing of its data.
#pragma once

#include <memory>

#include <weft/loop/event_loop.hpp>
#include <weft/loop/readiness.hpp>

namespace weft {

/// Calls a function whenever a descriptor is ready: for a library that has sockets of its own. (To
/// have Weft read and write the bytes, use `raw_file`.)
///
/// Level-triggered: the function is called once a turn while the descriptor is ready. The watch
/// does not read, change or close the descriptor; call `set({})` before you close it. While it
/// waits for a direction it counts as work of the loop. It may be set and destroyed at any point on
/// the loop's thread, even in its own function, and may outlive the loop. Only the constructor
/// allocates memory.
class watch {
public:
    /// The directions to wait for.
    struct directions {
        bool read = false;
        bool write = false;
    };

    /// Creates a watch that waits for nothing until `set` is called.
    watch(event_loop& loop, int descriptor, function<void(readiness)> ready);
    ~watch();
    watch(watch&& other) noexcept;
    watch& operator=(watch&& other) noexcept;

    /// Waits for the directions `wanted` from now on. The end of the input or an error is reported
    /// for either direction. Does not call the function from inside this call.
    ///
    /// On error the watch waits for nothing: `not_pollable` for a regular file, `file_exists` if
    /// this loop already watches the descriptor, `forked`, `gone`, or the system's error. If the
    /// system refuses to watch it later, the function is called with `hangup`, and the watch waits
    /// for nothing.
    result<void> set(directions wanted) noexcept;

    [[nodiscard]] directions wanted() const noexcept;

private:
    class state;

    std::shared_ptr<loop_state> loop_;
    state* state_;
};

} // namespace weft
