// SPDX-License-Identifier: MIT
// A user who needs names: a loop with a resolver.

#include <weft/cares/cares_resolver.hpp>
#include <weft/weft.hpp>

int main() {
    weft::event_loop loop;
    const weft::cares_resolver names{loop};
    loop.poll();
    return weft::cares_resolver::version().empty() ? 1 : 0;
}
