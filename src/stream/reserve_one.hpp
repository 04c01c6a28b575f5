// SPDX-License-Identifier: MIT
// How tables with an entry a connection grow: by a quarter, since doubling would leave half of a
// large table empty.
#pragma once

#include <vector>

namespace weft {

/// After this, appending one element cannot fail; amortised, it costs O(1).
template <class Element>
void make_room_for_one(std::vector<Element>& table) {
    if (table.size() < table.capacity()) return;
    table.reserve(table.size() + table.size() / 4 + 16);
}

} // namespace weft
