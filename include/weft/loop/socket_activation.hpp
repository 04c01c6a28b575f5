// SPDX-License-Identifier: MIT
// Socket activation: descriptors that a service manager has opened for this process. Implements the
// protocol of sd_listen_fds(3) without libsystemd.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <weft/core/result.hpp>

namespace weft {

struct activated_descriptor {
    int descriptor;
    std::string name; ///< FileDescriptorName= of the unit; "unknown" if there is none
};

/// Returns the descriptors that were passed to this process, all of them or only those called
/// `name`; marks them close-on-exec.
///
/// Reads LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES and changes none of them. The code that adopts a
/// descriptor owns it. Call this only once: after a descriptor was closed, its number may belong to
/// another file. Fails with `errc::not_activated` if none was passed to this process or under this
/// name, with `bad_argument` if the variables are malformed, or with the system's error for a
/// descriptor.
result<std::vector<activated_descriptor>> activated_descriptors(std::string_view name = {});

} // namespace weft
