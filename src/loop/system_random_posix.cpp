// SPDX-License-Identifier: MIT
// Drawing from getrandom(2).
#include "loop/system_random_posix.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>

#include "loop/fork_posix.hpp"
#include "loop/system_calls_posix.hpp"

namespace weft {

void system_random::fill(std::span<std::byte> bytes) noexcept {
    while (!bytes.empty()) {
        if (used_ == drawn_.size() || fork_generation_ != fork_generation()) refill();
        const auto count = std::min(bytes.size(), drawn_.size() - used_);
        const auto from = std::span(drawn_).subspan(used_, count);
        std::copy(from.begin(), from.end(), bytes.begin());
        std::fill(from.begin(), from.end(), std::byte{}); // a key is used once
        used_ += count;
        bytes = bytes.subspan(count);
    }
}

/// Predictable keys would be worse than none at all, so there is no other source to fall back to.
void system_random::refill() noexcept {
    std::size_t have = 0;
    while (have < drawn_.size()) {
        const auto got = sys::getrandom(drawn_.data() + have, drawn_.size() - have, 0);
        if (got < 0 && errno != EINTR) std::terminate();
        if (got > 0) have += static_cast<std::size_t>(got);
    }
    used_ = 0;
    fork_generation_ = fork_generation();
}

} // namespace weft
