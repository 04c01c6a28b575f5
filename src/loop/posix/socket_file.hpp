// SPDX-License-Identifier: MIT
// The file of a Unix-domain listener. POSIX.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <string>
#include <system_error>

#include "loop/posix/socket_address.hpp"

namespace weft {

/// Removes the socket file at `where` if nobody answers there: it is left over from a process that
/// died. Anything else stays.
void remove_dead_socket_file(const address& where);

/// A socket file that this process has bound. Its end removes the file, but not another that has
/// taken its place meanwhile.
class socket_file {
public:
    socket_file() noexcept = default;

    /// The file that is going to be at the path of `where`; nothing for other addresses.
    explicit socket_file(const address& where);

    /// It was bound just now.
    void take_note() noexcept;

    /// Sets the file's permissions, unless something else has taken its place.
    std::error_code change_mode(unsigned mode) noexcept;

    void remove() noexcept;

private:
    [[nodiscard]] bool is_still_ours(struct stat& found) const noexcept;

    std::string path_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

} // namespace weft
