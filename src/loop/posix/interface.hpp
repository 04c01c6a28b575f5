// SPDX-License-Identifier: MIT
// The network interfaces of this machine, by name.
#pragma once

#include <cstdint>
#include <string_view>

namespace weft {

/// The index of the interface with this name, for the scope of an address; 0 when there is none.
[[nodiscard]] std::uint32_t interface_index(std::string_view name) noexcept;

} // namespace weft
