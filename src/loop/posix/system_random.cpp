// SPDX-License-Identifier: MIT
// Keeps a page of random bytes, and draws the next one when it is used up.
#include "loop/posix/system_random.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>

#include "loop/system.hpp"

namespace weft {

std::unique_ptr<random_source> make_system_random() {
    return std::make_unique<system_random>();
}

void system_random::fill(std::span<std::byte> bytes) noexcept {
    while (!bytes.empty()) {
        if (used_ == drawn_.size() || fork_generation_ != fork_generation()) refill();
        const auto count = std::min(bytes.size(), drawn_.size() - used_);
        const auto from = std::span(drawn_).subspan(used_, count);
        std::copy(from.begin(), from.end(), bytes.begin());
        std::fill(from.begin(), from.end(), std::byte{}); // a key is used only once
        used_ += count;
        bytes = bytes.subspan(count);
    }
}

/// Refills the buffer. If that fails, ends the program: predictable keys would be worse.
void system_random::refill() noexcept {
    if (!draw_random_bytes(drawn_)) {
        std::perror("weft: the system gives no random bytes");
        std::terminate();
    }
    used_ = 0;
    fork_generation_ = fork_generation();
}

} // namespace weft
