// SPDX-License-Identifier: MIT
// TLS for the program; one of tls_by_*.cpp implements it, depending on the build.
#pragma once

#include <memory>
#include <string>

#include <weft/core/result.hpp>
#include <weft/stream/secure_layer.hpp>

namespace weft_tool {

/// A server's TLS, and the file that clients must trust; empty if they need none.
struct serving_tls {
    std::shared_ptr<weft::secure_layer> layer;
    std::string issuers_file;
    std::shared_ptr<void> file_guard; ///< keeps a temporary file
};

/// Uses the certificate and the key in these files. Without files, creates a certificate and writes
/// it to `issuers_file` (not the key). If it fails, `fault` is the file that the error is about.
weft::result<serving_tls> serve_tls(const std::string& certificate_file,
                                    const std::string& key_file, std::string& fault);

/// A client's TLS that trusts the authorities in `issuers_file`, or the system's if it is empty; if
/// `verify` is false, every certificate. Null in a build without TLS.
weft::result<std::shared_ptr<weft::secure_layer>> connect_tls(const std::string& issuers_file,
                                                              bool verify);

/// Whether `why` says that a server's certificate is not trusted.
[[nodiscard]] bool is_distrust(std::error_code why) noexcept;

} // namespace weft_tool
