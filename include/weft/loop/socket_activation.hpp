// SPDX-License-Identifier: MIT
// Descriptors that a service manager has opened for this process: the protocol of sd_listen_fds(3),
// without its library.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <weft/core/result.hpp>

namespace weft {

struct activated_descriptor {
    int descriptor;
    std::string name; ///< FileDescriptorName= of the unit; "unknown" if nothing was said
};

/// The descriptors that were passed to this process, of all names or of one; marks them
/// close-on-exec.
///
/// Reads LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES and changes none of them. Whoever adopts a
/// descriptor owns it; its number may mean something else once it was closed, so ask once. Fails
/// with `errc::not_activated` when none was passed, to this process or under this name,
/// `bad_argument` when the variables make no sense, or with what the system says of a descriptor.
result<std::vector<activated_descriptor>> activated_descriptors(std::string_view name = {});

} // namespace weft
