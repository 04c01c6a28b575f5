// SPDX-License-Identifier: MIT
// The hub of one process, in the broadcast benchmark.
#include "broadcast_hub.hpp"

int main() {
    weft::event_loop loop;
    return weft::bench::broadcast(loop, {});
}
