// SPDX-License-Identifier: MIT
// Names of threads.
#include "loop/posix/thread_name.hpp"

#include <pthread.h>

#include <array>

namespace weft {

std::string this_thread_name() {
    std::array<char, 64> name{};
    if (::pthread_getname_np(::pthread_self(), name.data(), name.size()) != 0) return "?";
    return name.data();
}

} // namespace weft
