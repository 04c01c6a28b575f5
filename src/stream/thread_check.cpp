// SPDX-License-Identifier: MIT
// Prints the message about a call on a foreign thread.
#include <weft/stream/thread_check.hpp>

#include <cstdio>
#include <sstream>

namespace weft {

std::string thread_check::number_of(std::thread::id which) {
    std::ostringstream text;
    text << which;
    return text.str();
}

void thread_check::print_foreign_call(const char* function, const std::string& here,
                                      const std::string& owner) noexcept {
    if (here.empty()) {
        std::fprintf(stderr, "weft: %s was called on a foreign thread\n", function);
    } else {
        std::fprintf(stderr, "weft: %s was called on thread %s, but belongs to thread %s\n",
                     function, here.c_str(), owner.c_str());
    }
}

} // namespace weft
