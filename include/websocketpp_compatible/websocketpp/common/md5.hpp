// SPDX-License-Identifier: MIT
// MD5 (RFC 1321), for programs that use the one of WebSocket++. Not for security.
#pragma once

#include <cstddef>
#include <string>

#include <stdint.h>

#include <websocketpp/common/cpp11.hpp>

namespace websocketpp::md5 {

typedef unsigned char md5_byte_t;
typedef uint32_t md5_word_t;

/// A digest in progress.
typedef struct md5_state_s {
    md5_word_t count[2]; ///< of bits; the low word first
    md5_word_t abcd[4];
    md5_byte_t buf[64]; ///< the block in progress
} md5_state_t;

/// Call `md5_init`, then `md5_append` for each piece, then `md5_finish` once.
void md5_init(md5_state_t* state);
void md5_append(md5_state_t* state, md5_byte_t const* bytes, std::size_t size);
void md5_finish(md5_state_t* state, md5_byte_t digest[16]);

/// Returns the 16 bytes of the digest.
std::string md5_hash_string(std::string const& text);

/// Returns the digest in 32 lower-case hexadecimal digits.
std::string md5_hash_hex(std::string const& text);

} // namespace websocketpp::md5
