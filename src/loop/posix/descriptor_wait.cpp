// SPDX-License-Identifier: MIT
// ppoll(2) with a pipe whose other end is closed.
#include "loop/posix/descriptor_wait.hpp"

#include <array>

#include "loop/posix/last_error.hpp"

namespace weft {

std::error_code descriptor_wait::open() noexcept {
    std::array<int, 2> ends{};
    if (sys::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return last_error();
    ended_ = owned_descriptor(ends[0]);
    end_ = owned_descriptor(ends[1]);
    return {};
}

bool descriptor_wait::readable(int descriptor) const noexcept {
    std::array<pollfd, 2> both{{{ended_.get(), POLLIN, 0}, {descriptor, POLLIN, 0}}};
    while (sys::ppoll(both.data(), both.size(), nullptr, nullptr) < 0) {} // it must pass
    return both[0].revents == 0;
}

signals_blocked::signals_blocked() noexcept {
    sigset_t all;
    sigfillset(&all);
    sys::pthread_sigmask(SIG_SETMASK, &all, &before_);
}

signals_blocked::~signals_blocked() {
    sys::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

} // namespace weft
