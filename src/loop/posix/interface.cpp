// SPDX-License-Identifier: MIT
// Names of interfaces, as the kernel has them.
#include "loop/posix/interface.hpp"

#include <net/if.h>

#include <algorithm>
#include <array>

namespace weft {

std::uint32_t interface_index(std::string_view name) noexcept {
    std::array<char, IF_NAMESIZE> text{};
    if (name.empty() || name.size() >= text.size()) return 0;
    std::ranges::copy(name, text.begin());
    return if_nametoindex(text.data());
}

} // namespace weft
