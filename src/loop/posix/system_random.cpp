// SPDX-License-Identifier: MIT
// Draws from getrandom(2), or from /dev/urandom if that is missing.
#include "loop/posix/system_random.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>

#include "loop/posix/descriptor.hpp"
#include "loop/posix/system_calls.hpp"
#include "loop/system.hpp"

namespace weft {
namespace {

/// Repeats a draw that a signal may interrupt; returns false if it fails.
template <class Draw>
bool draw_all(std::span<std::byte> bytes, Draw&& draw) noexcept {
    while (!bytes.empty()) {
        const ssize_t got = draw(bytes);
        if (got > 0) bytes = bytes.subspan(static_cast<std::size_t>(got));
        if (got == 0 || (got < 0 && errno != EINTR)) return false;
    }
    return true;
}

bool draw_from_call(std::span<std::byte> bytes) noexcept {
    return draw_all(bytes, [](std::span<std::byte> to) noexcept {
        return sys::getrandom(to.data(), to.size(), 0);
    });
}

/// Draws from /dev/urandom: for Linux before 3.17, and sandboxes without getrandom(2).
bool draw_from_device(std::span<std::byte> bytes) noexcept {
    const owned_descriptor device(sys::open("/dev/urandom", O_RDONLY | O_CLOEXEC));
    return device && draw_all(bytes, [&](std::span<std::byte> to) noexcept {
        return sys::read(device.get(), to.data(), to.size());
    });
}

} // namespace

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

/// Refills the buffer. If both sources fail, ends the program: predictable keys would be worse.
void system_random::refill() noexcept {
    if (!draw_from_call(drawn_) && !draw_from_device(drawn_)) {
        std::perror("weft: neither getrandom(2) nor /dev/urandom gives random bytes");
        std::terminate();
    }
    used_ = 0;
    fork_generation_ = fork_generation();
}

} // namespace weft
