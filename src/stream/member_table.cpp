// SPDX-License-Identifier: MIT
// The beginning and end of an iteration over a member table. Not inline, because GCC 12 would warn
// that the pointer to the cursor outlives it (-Wdangling-pointer).
#include "stream/member_table.hpp"

namespace weft {

table_cursor::table_cursor(table_cursor*& walks, std::size_t size) noexcept
    : left(size), outer(walks), walks_(walks) {
    walks = this;
}

table_cursor::~table_cursor() {
    walks_ = outer;
}

} // namespace weft
