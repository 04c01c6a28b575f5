// SPDX-License-Identifier: MIT
// Socket activation: descriptors that a service manager has opened for this process, by the
// protocol of sd_listen_fds(3), without its library.
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

/// Returns the descriptors that were passed to this process, all of them or those with one name;
/// marks them close-on-exec.
///
/// Reads LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES and changes none of them. The code that adopts a
/// descriptor owns it. Call this once: after a descriptor was closed its number may be reused.
/// Fails with `errc::not_activated` if none was passed to this process or under this name, with
/// `bad_argument` if the variables are malformed, or with the system's error for a descriptor.
result<std::vector<activated_descriptor>> activated_descriptors(std::string_view name = {});

} // namespace weft
