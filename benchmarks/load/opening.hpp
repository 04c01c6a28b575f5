// SPDX-License-Identifier: MIT
//
// The opening exchange of a connection, blocking, before anything is measured. Knows no frames.

#pragma once

#include "options.hpp"
#include "wire.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace weft::load {

/// Connects, for the `index`-th time, to the server that is wanted, and encrypts if that is.
std::unique_ptr<wire> open_wire(const options& wanted, std::size_t index);

/// Sends `request` and reads until an empty line ends the answer, which has to contain `expected`.
///
/// A raw echo answers with the request itself, so that both protocols know here that the server has
/// accepted the connection. Leaves the wire non-blocking.
void exchange_opening(wire& over, std::string_view request, std::string_view expected);

}  // namespace weft::load
