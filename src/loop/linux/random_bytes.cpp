// SPDX-License-Identifier: MIT
// Draws random bytes from getrandom(2), or from /dev/urandom if getrandom fails.
#include <cerrno>

#include "loop/linux/system_calls.hpp"
#include "loop/posix/system_calls.hpp"
#include "loop/posix/system_random.hpp"

namespace weft {
namespace {

/// Calls `draw` until `bytes` is full, and again after a signal interrupted it. Returns false if it
/// fails.
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

bool draw_random_bytes(std::span<std::byte> bytes) noexcept {
    return draw_from_call(bytes) || draw_from_device(bytes);
}

} // namespace weft
