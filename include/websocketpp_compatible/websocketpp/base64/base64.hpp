// SPDX-License-Identifier: MIT
// Base64, as WebSocket++ offers it: decoding stops at the first byte that is not of the alphabet.
#pragma once

#include <cstddef>
#include <string>

#include <websocketpp/common/cpp11.hpp>

namespace websocketpp {

std::string base64_encode(unsigned char const* input, std::size_t size);
std::string base64_encode(std::string const& input);
std::string base64_decode(std::string const& input);

} // namespace websocketpp
