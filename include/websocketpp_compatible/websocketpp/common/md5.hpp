// SPDX-License-Identifier: MIT
// MD5 (RFC 1321), for programs that use the one of WebSocket++. Not for security.
#pragma once

#include <string>

#include <websocketpp/common/cpp11.hpp>

namespace websocketpp::md5 {

/// Returns the 16 bytes of the digest.
std::string md5_hash_string(std::string const& text);

/// Returns the digest in 32 lower-case hexadecimal digits.
std::string md5_hash_hex(std::string const& text);

} // namespace websocketpp::md5
