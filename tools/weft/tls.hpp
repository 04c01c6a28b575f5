// SPDX-License-Identifier: MIT
// TLS as the program has it, by what this build has for that: one of the sources tls_by_*.cpp.
#pragma once

#include <memory>
#include <string>

#include <weft/core/result.hpp>
#include <weft/stream/secure_layer.hpp>

namespace weft_tool {

/// A server's TLS, and the file that its clients have to be told of; empty if they need none.
struct serving_tls {
    std::shared_ptr<weft::secure_layer> layer;
    std::string issuers_file;
    std::shared_ptr<void> file_guard; ///< keeps a file of the program's own
};

/// With the certificate and the key in these files, or if there are none one of its own making,
/// which is written to `issuers_file` (the key is not).
weft::result<serving_tls> serve_tls(const std::string& certificate_file,
                                    const std::string& key_file);

/// A client's TLS that trusts whom `issuers_file` names, the system's roots if it is empty, or
/// everybody if `verify` is false. Null where there is no TLS.
weft::result<std::shared_ptr<weft::secure_layer>> dial_tls(const std::string& issuers_file,
                                                           bool verify);

/// Whether `why` is that a server's certificate is not trusted.
[[nodiscard]] bool is_distrust(std::error_code why) noexcept;

} // namespace weft_tool
