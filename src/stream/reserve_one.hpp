// SPDX-License-Identifier: MIT
// Growth of tables with one entry per connection. They grow by a quarter, because doubling would
// leave up to half of a large table unused.
#pragma once

#include <vector>

namespace weft {

/// Ensures that appending one element cannot fail. Costs O(1), amortised.
template <class Element>
void reserve_one(std::vector<Element>& table) {
    if (table.size() < table.capacity()) return;
    table.reserve(table.size() + table.size() / 4 + 16);
}

} // namespace weft
