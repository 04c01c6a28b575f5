// SPDX-License-Identifier: MIT
// Short system functions: processes, threads, descriptors, interfaces.
#include "loop/posix/system_calls.hpp"
#include "loop/system.hpp"

#include <net/if.h>
#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <utility>

#include <weft/core/error.hpp>


namespace weft {

// --- processes and threads

namespace {

/// Incremented by fork(2), in the child.
std::atomic<unsigned> generation{0};

void in_child() noexcept {
    generation.fetch_add(1, std::memory_order_relaxed);
}

/// While it exists, this thread, and the threads that it starts, block all signals.
class signals_blocked {
public:
    signals_blocked() noexcept {
        sigset_t all;
        sigfillset(&all);
        sys::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~signals_blocked() { sys::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    signals_blocked(const signals_blocked&) = delete;
    signals_blocked& operator=(const signals_blocked&) = delete;

private:
    sigset_t before_;
};

} // namespace

unsigned fork_generation() noexcept {
    static const int registered = ::pthread_atfork(nullptr, nullptr, in_child);
    static_cast<void>(registered);
    return generation.load(std::memory_order_relaxed);
}

std::string this_thread_name() {
    std::array<char, 64> name{};
    if (::pthread_getname_np(::pthread_self(), name.data(), name.size()) != 0) return "?";
    return name.data();
}

std::thread start_thread(std::function<void()> body) {
    const signals_blocked meanwhile;
    return std::thread(std::move(body));
}

// --- descriptors

void close_socket(native_socket socket) noexcept {
    sys::close(socket);
}

result<diverted_socket> divert(int descriptor) noexcept {
    std::array<int, 2> pair{};
    if (sys::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) != 0) return failure(last_error());
    const owned_socket replacement(pair[0]);
    diverted_socket made{owned_socket(), owned_socket(pair[1])};
    if (const auto why = prepare_socket(replacement.get())) return failure(why);
    if (const auto why = prepare_socket(made.library.get())) return failure(why);
    made.peer = owned_socket(sys::fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
    if (!made.peer || sys::dup2(replacement.get(), descriptor) < 0) return failure(last_error());
    sys::fcntl(descriptor, F_SETFD, FD_CLOEXEC); // dup2 clears this flag
    return made;
}

std::error_code check_pollable(int descriptor) noexcept {
    struct stat found {};
    if (sys::fstat(descriptor, &found) != 0) return last_error();
    const bool is_storage =
        S_ISREG(found.st_mode) || S_ISDIR(found.st_mode) || S_ISBLK(found.st_mode);
    return is_storage ? make_error_code(errc::not_pollable) : std::error_code();
}

std::error_code as_pollable_error(std::error_code why) noexcept {
    return why == std::errc::operation_not_permitted ? make_error_code(errc::not_pollable) : why;
}

std::error_code descriptor_wait::open() noexcept {
    std::array<int, 2> ends{};
    if (sys::pipe(ends.data()) != 0) return last_error();
    ended_ = owned_socket(ends[0]);
    end_ = owned_socket(ends[1]);
    return {};
}

bool descriptor_wait::readable(int descriptor) const noexcept {
    std::array<pollfd, 2> both{{{ended_.get(), POLLIN, 0}, {descriptor, POLLIN, 0}}};
    while (sys::poll(both.data(), both.size(), nullptr) < 0) {} // interrupted: wait again
    return both[0].revents == 0;
}

// --- names

std::uint32_t interface_index(std::string_view name) noexcept {
    std::array<char, IF_NAMESIZE> text{};
    if (name.empty() || name.size() >= text.size()) return 0;
    std::ranges::copy(name, text.begin());
    return if_nametoindex(text.data());
}

} // namespace weft
