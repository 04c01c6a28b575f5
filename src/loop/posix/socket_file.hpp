// SPDX-License-Identifier: MIT
// The socket file of a Unix-domain listener. POSIX.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <string>
#include <system_error>

#include "loop/posix/socket_address.hpp"

namespace weft {

/// Removes the socket file at `where` if no process accepts connections there, because its process
/// has ended. Does not remove anything else.
void remove_dead_socket_file(const address& where);

/// A socket file that this process has bound. The destructor removes the file, unless another file
/// has taken its place.
class socket_file {
public:
    socket_file() noexcept = default;

    /// Refers to the file that binding will create at the path of `where`; to none for other kinds
    /// of addresses.
    explicit socket_file(const address& where);

    /// Records the file's identity. Called after binding.
    void take_note() noexcept;

    /// Sets the file's permissions, unless another file has taken its place.
    std::error_code change_mode(unsigned mode) noexcept;

    void remove() noexcept;

private:
    [[nodiscard]] bool is_still_ours(struct stat& found) const noexcept;

    std::string path_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

} // namespace weft
