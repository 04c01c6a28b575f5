// SPDX-License-Identifier: MIT
// A user of the protocol core alone: linking it must need no other layer.

#include <weft/core/close_code.hpp>

int main() {
    return 0;
}
