// SPDX-License-Identifier: MIT
// What one side of TLS proves itself with, and which versions it speaks.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <weft/core/result.hpp>

namespace weft {

enum class tls_version : std::uint8_t { tls_1_2, tls_1_3 };

/// A certificate with its key, in files or in memory, as PEM.
///
/// Files are read when a context is made of it, and again when that is reloaded.
struct tls_certificate {
    std::string chain_file = {}; ///< the certificate first, then those of its issuers
    std::string key_file = {};   ///< empty if the key lies in the file of the chain
    std::string chain = {};      ///< the same in memory, if there is no file
    std::string key = {};
    std::string password = {};   ///< of the key; it is never asked for at a terminal
};

/// What a certificate is made for.
struct self_signed_options {
    std::vector<std::string> names = {"localhost", "127.0.0.1", "::1"}; ///< and addresses
    std::chrono::seconds valid_from{-3600}; ///< from now
    std::chrono::seconds valid_until{std::chrono::hours(24) * 30};
};

/// Makes a key and a certificate that vouches for itself, for development and tests: its `chain` is
/// what a client has to trust. In memory.
result<tls_certificate> make_self_signed(const self_signed_options& options = {});

} // namespace weft
