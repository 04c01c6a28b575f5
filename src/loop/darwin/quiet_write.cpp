// SPDX-License-Identifier: MIT
// Writes without a SIGPIPE. macOS sends that signal to the process, whose other threads could
// receive it; so it is switched off for the open file during the write.
#include "loop/posix/quiet_write.hpp"

#include <cerrno>

#include "loop/posix/system_calls.hpp"
#include "loop/system.hpp"

namespace weft {
namespace {

/// Switches SIGPIPE off for an open file until it is destroyed.
class quiet_file {
public:
    explicit quiet_file(int descriptor) noexcept
        : descriptor_(descriptor), raises_sigpipe_(sys::fcntl(descriptor, F_GETNOSIGPIPE, 0) == 0) {
        if (raises_sigpipe_) sys::fcntl(descriptor_, F_SETNOSIGPIPE, 1);
    }
    quiet_file(const quiet_file&) = delete;
    quiet_file& operator=(const quiet_file&) = delete;
    ~quiet_file() {
        if (!raises_sigpipe_) return;
        const int error = errno;
        sys::fcntl(descriptor_, F_SETNOSIGPIPE, 0);
        errno = error;
    }

private:
    int descriptor_;
    bool raises_sigpipe_;
};

} // namespace

ssize_t quiet_write(int descriptor, std::span<const std::byte> bytes) noexcept {
    const quiet_file here(descriptor);
    ssize_t count;
    do {
        count = sys::write(descriptor, bytes.data(), bytes.size());
    } while (count < 0 && errno == EINTR);
    return count;
}

void call_without_sigpipe(int descriptor, bool (*work)(void* with) noexcept, void* with) noexcept {
    const quiet_file here(descriptor);
    static_cast<void>(work(with));
}

} // namespace weft
