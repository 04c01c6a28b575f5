// SPDX-License-Identifier: MIT
// Counts the output that threads post to a connection.
#include <weft/stream/handle_state.hpp>

namespace weft {

/// Sets `writable_requested_` before it checks the room again. So either this thread sees the room
/// that the connection has made, or the connection sees that `writable` is wanted.
send_result handle_state::reserve(std::size_t size) noexcept {
    for (bool again = false;; again = true) {
        if (closed_) return send_result::closed;
        std::size_t posted = posted_;
        while (!is_full(posted + queued_, size)) {
            const std::size_t behind = queued_;
            if (!posted_.compare_exchange_weak(posted, posted + size)) continue;
            if (behind == 0 && posted + size <= size_max_ / 2) return send_result::accepted;
            writable_requested_ = true;
            return send_result::backed_up;
        }
        if (again) return send_result::dropped;
        writable_requested_ = true;
    }
}

bool handle_state::is_full(std::size_t waiting, std::size_t more) const noexcept {
    return exceeds_queue(waiting, more, size_max_, pauses_);
}

} // namespace weft
