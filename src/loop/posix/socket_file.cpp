// SPDX-License-Identifier: MIT
// Determines whether a socket file is in use, and whether it is still the one that was bound.
#include "loop/posix/socket_file.hpp"

#include <fcntl.h>

#include <cerrno>

#include "loop/posix/system_calls.hpp"

namespace weft {
namespace {

bool is_socket(const std::string& path, struct stat& found) noexcept {
    return sys::lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode);
}

} // namespace

void remove_dead_socket_file(const address& where) {
    struct stat found {};
    const auto at = as_socket_address(where);
    const std::string path(where.path());
    if (!at || !is_socket(path, found)) return;
    const owned_descriptor probe(sys::socket(AF_UNIX, SOCK_STREAM));
    if (!probe || sys::connect(probe.get(), at->get(), at->size) == 0) return;
    if (errno == ECONNREFUSED) sys::unlink(path.c_str());
}

socket_file::socket_file(const address& where) {
    if (where.kind() == address::family::unix_path) path_ = where.path();
}

void socket_file::take_note() noexcept {
    struct stat found {};
    if (path_.empty() || !is_socket(path_, found)) return path_.clear();
    device_ = found.st_dev;
    inode_ = found.st_ino;
}

bool socket_file::is_still_ours(struct stat& found) const noexcept {
    return !path_.empty() && is_socket(path_, found) && found.st_dev == device_ &&
        found.st_ino == inode_;
}

std::error_code socket_file::change_mode(unsigned mode) noexcept {
    struct stat found {};
    if (!is_still_ours(found)) return std::make_error_code(std::errc::no_such_file_or_directory);
    if ((found.st_mode & ~static_cast<mode_t>(S_IFMT)) == mode) return {};
    const int changed = sys::fchmodat(AT_FDCWD, path_.c_str(), static_cast<mode_t>(mode),
                                      AT_SYMLINK_NOFOLLOW);
    return changed == 0 ? std::error_code() : last_error();
}

void socket_file::remove() noexcept {
    struct stat found {};
    if (is_still_ours(found)) sys::unlink(path_.c_str());
    path_.clear();
}

} // namespace weft
