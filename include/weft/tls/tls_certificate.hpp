// SPDX-License-Identifier: MIT
// A certificate with its key, for either side of TLS, and the TLS versions. Makes self-signed
// certificates.
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
/// Files are read when a `tls_client` or `tls_server` is created, and again by
/// `tls_server::reload`.
struct tls_certificate {
    std::string chain_file = {}; ///< the certificate first, then those of its issuers
    std::string key_file = {};   ///< empty if the key is in the file of the chain
    std::string chain = {};      ///< the chain as PEM text, used if there are no files
    std::string key = {};
    std::string password = {};   ///< the key's; Weft never prompts for it
};

/// Options of a self-signed certificate.
struct self_signed_options {
    /// The host names and addresses that the certificate is valid for.
    std::vector<std::string> names = {"localhost", "127.0.0.1", "::1"};
    std::chrono::seconds valid_from{-3600}; ///< relative to now, as `valid_until`
    std::chrono::seconds valid_until{std::chrono::hours(24) * 30};
};

/// Makes a key and a self-signed certificate in memory, for development and tests: a client has to
/// trust its `chain`.
result<tls_certificate> make_self_signed(const self_signed_options& options = {});

} // namespace weft
