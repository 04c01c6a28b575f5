// SPDX-License-Identifier: MIT
// TLS for the commands: makes the TLS layers for their options, and describes errors in these
// options. Commands know no TLS library.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <system_error>

#include <weft/stream/secure_layer.hpp>

#include "tls_libraries/tls_libraries.hpp"

namespace weft_tool {

/// Why TLS cannot be used.
struct tls_fault {
    std::string what; ///< what the error is about, such as "--ca FILE"
    std::string why;
    std::string what_to_try; ///< may be empty
};

/// Writes the fault to standard error; `command` is named there, such as "weft serve".
void print_tls_error(const char* command, const tls_fault& fault);

/// The files with the certificate and the key of a server, as PEM.
struct tls_identity {
    std::string certificate_file; ///< empty: create one
    std::string key_file;         ///< empty if the key is in the same file
};

/// Which servers a client trusts.
struct tls_trust {
    std::string library = default_tls_library(); ///< as `--tls-library` takes it
    std::string issuers_file;                    ///< trusted authorities; empty for the system's
    bool insecure = false; ///< accept every certificate, also that of an attacker
};

/// A server's TLS, and the file that clients must trust; empty if they need none.
struct serving_tls {
    std::shared_ptr<weft::secure_layer> layer;
    std::string issuers_file;
    std::shared_ptr<void> file_guard; ///< removes `issuers_file`, if it is temporary
};

/// Makes the TLS of a server. Without files, creates a certificate, and writes it (not the key) to
/// `issuers_file`. Returns nothing on error, and sets `fault`.
[[nodiscard]] std::optional<serving_tls> serve_tls(const std::string& library,
                                                   const tls_identity& identity,
                                                   tls_fault& fault);

/// Makes the TLS of a client. Returns null on error, and sets `fault`.
[[nodiscard]] std::shared_ptr<weft::secure_layer> connect_tls(const tls_trust& trust,
                                                              tls_fault& fault);

/// Returns what is wrong with a value of `--tls-library`; empty if this build has that library.
[[nodiscard]] std::string tls_library_fault(const std::string& name);

/// Returns whether `why` means that a server's certificate is not trusted.
[[nodiscard]] bool is_distrust(std::error_code why) noexcept;

} // namespace weft_tool
