// SPDX-License-Identifier: MIT
// A certificate with its key, for either side of TLS, and other types in the options for all TLS
// libraries.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <weft/core/language.hpp>

namespace weft {

enum class tls_version : std::uint8_t { tls_1_2, tls_1_3 };

/// A certificate with its key, in files or in memory, as PEM.
///
/// Files are read when a client's or server's TLS is created, and again when a server reloads.
struct tls_certificate {
    std::string chain_file = {}; ///< the certificate first, then those of its issuers
    std::string key_file = {};   ///< empty if the key is in the file of the chain
    std::string chain = {};      ///< the chain as PEM text, used if there are no files
    std::string key = {};
    std::string password = {};   ///< of the key; Weft never prompts for it
};

/// Options of a self-signed certificate.
struct self_signed_options {
    /// The host names and addresses that the certificate is valid for.
    std::vector<std::string> names = {"localhost", "127.0.0.1", "::1"};
    std::chrono::seconds valid_from{-3600}; ///< relative to now
    std::chrono::seconds valid_until{std::chrono::hours(24) * 30}; ///< relative to now
};

/// Whether a server asks clients for a certificate.
enum class client_certificates : std::uint8_t {
    ignored,
    wanted,  ///< a client may send no certificate, but one that it sends must be trusted
    required ///< a client that sends no certificate is refused
};

} // namespace weft
