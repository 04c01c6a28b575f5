// SPDX-License-Identifier: MIT
// Reads the hosts file, again for each name, since it may have changed.
#include <fcntl.h>

#include <array>
#include <cerrno>

#include "loop/posix/system_calls.hpp"
#include "loop/system.hpp"

namespace weft {
namespace {

constexpr std::size_t file_size_max = 16 * 1024 * 1024;

} // namespace

result<std::string> read_hosts_file(const std::string& path) {
    std::string text;
    const owned_descriptor file(sys::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file && errno == ENOENT) return text;
    if (!file) return failure(last_error());
    std::array<char, 16384> part;
    while (text.size() < file_size_max) {
        const auto got = sys::read(file.get(), part.data(), part.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failure(last_error());
        if (got == 0) break;
        text.append(part.data(), static_cast<std::size_t>(got));
    }
    return text;
}

} // namespace weft
