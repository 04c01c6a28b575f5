// SPDX-License-Identifier: MIT
// A connected socket that gets one answer, unasked, and its end. POSIX.
#pragma once

#include <string_view>

#include "loop/posix/descriptor.hpp"

namespace weft {

/// Sends `words` if the socket takes them at once, which a fresh one does, and closes it.
///
/// Nothing is read, so the end of a peer that has sent something already is a reset; what it was
/// sent before stands in its queue.
void refuse(owned_descriptor refused, std::string_view words) noexcept;

} // namespace weft
