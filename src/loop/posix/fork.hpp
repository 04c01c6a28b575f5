// SPDX-License-Identifier: MIT
// Noticing that this process is the child of the one in which something was made. POSIX.
#pragma once

namespace weft {

/// A number that changes in every forked child.
[[nodiscard]] unsigned fork_generation() noexcept;

} // namespace weft
