// SPDX-License-Identifier: MIT
// A descriptor that somebody else reads and writes, and when it is ready. Knows nothing of what is
// in it.
#pragma once

#include <memory>

#include <weft/loop/event_loop.hpp>
#include <weft/loop/readiness.hpp>

namespace weft {

/// Calls a function whenever a descriptor is ready, such as that of a library with sockets of its
/// own. (For bytes that Weft shall read and write there is `raw_file`.)
///
/// Level-triggered: it is called once a turn for as long as that is so. The descriptor is only
/// watched: it is neither read, changed nor closed; call `set({})` before it is closed. A watch
/// that wants something counts as work of the loop. It may be set and destroyed anywhere on the
/// loop's thread, its own function included, and may outlive the loop. Only making it takes memory.
class watch {
public:
    /// What to wait for.
    struct directions {
        bool read = false;
        bool write = false;
    };

    /// Wants nothing yet.
    watch(event_loop& loop, int descriptor, function<void(readiness)> ready);
    ~watch();
    watch(watch&& other) noexcept;
    watch& operator=(watch&& other) noexcept;

    /// Waits for these from now on; ends and errors are told with either. Not called from inside.
    ///
    /// On error it waits for nothing: `not_pollable` for a regular file, `file_exists` for a
    /// descriptor that this loop watches already, `forked`, `gone`, or what the system says. Should
    /// that refuse later, the function is told `hangup`, and nothing is wanted any more.
    result<void> set(directions wanted) noexcept;

    [[nodiscard]] directions wanted() const noexcept;

private:
    class state;

    std::shared_ptr<loop_state> loop_;
    state* state_;
};

} // namespace weft
