// SPDX-License-Identifier: MIT
// Writes without a SIGPIPE. The system sends that signal to the thread that writes, so the thread
// blocks it during the write, and discards it afterwards.
#include "loop/posix/quiet_write.hpp"

#include <cerrno>

#include "loop/posix_2024/system_calls.hpp"
#include "loop/system.hpp"

namespace weft {
namespace {

/// Blocks SIGPIPE in this thread until it is destroyed. A SIGPIPE that was already pending stays
/// pending.
class quiet_thread {
public:
    quiet_thread() noexcept {
        sigemptyset(&pipe_);
        sigaddset(&pipe_, SIGPIPE);
        blocks_ = sys::pthread_sigmask(SIG_BLOCK, &pipe_, &before_) == 0;
        if (!blocks_ || sigismember(&before_, SIGPIPE) != 1) return;
        sigset_t pending;
        takes_back_ =
            sys::sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) != 1;
    }
    quiet_thread(const quiet_thread&) = delete;
    quiet_thread& operator=(const quiet_thread&) = delete;
    ~quiet_thread() {
        if (!blocks_) return;
        const int error = errno;
        sys::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
        errno = error;
    }

    void take_back() const noexcept {
        if (!blocks_ || !takes_back_) return;
        const timespec at_once{};
        while (sys::sigtimedwait(&pipe_, nullptr, &at_once) < 0 && errno == EINTR) {}
        errno = EPIPE;
    }

private:
    sigset_t pipe_{};
    sigset_t before_{};
    bool blocks_ = false;
    bool takes_back_ = true;
};

} // namespace

ssize_t quiet_write(int descriptor, std::span<const std::byte> bytes) noexcept {
    const quiet_thread here;
    ssize_t count;
    do {
        count = sys::write(descriptor, bytes.data(), bytes.size());
    } while (count < 0 && errno == EINTR);
    if (count < 0 && errno == EPIPE) here.take_back();
    return count;
}

void call_without_sigpipe(int, bool (*work)(void* with) noexcept, void* with) noexcept {
    const quiet_thread here;
    if (!work(with)) here.take_back();
}

} // namespace weft
