// SPDX-License-Identifier: MIT
// Parses a URI with the protocol core.

#include <weft/core/uri.hpp>

int main() {
    return weft::uri::parse("wss://example.org/chat") ? 0 : 1;
}
