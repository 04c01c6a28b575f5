// SPDX-License-Identifier: MIT
// Where walks over a table begin and end. Not inline: GCC 12 takes the pointer to a cursor for one
// that outlives it (-Wdangling-pointer).
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
