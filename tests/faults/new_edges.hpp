// SPDX-License-Identifier: MIT
// A real EAGAIN is followed by an edge once there is something to do. One that a test has made up
// is not, unless the test makes that up as well.
#pragma once

namespace weft::testing {

/// Has all epoll(7) sets of this process report again what is ready in them, as though it had
/// become so just now. False when nothing is.
bool make_new_edges();

} // namespace weft::testing
