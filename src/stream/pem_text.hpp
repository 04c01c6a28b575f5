// SPDX-License-Identifier: MIT
// Reads PEM from files or memory, and reports which file an error concerns.
#pragma once

#include <string>
#include <system_error>

#include <weft/core/result.hpp>
#include <weft/stream/tls_certificate.hpp>

namespace weft {

/// Returns the content of `file`, or `pem` if `file` is empty.
result<std::string> file_or_memory(const std::string& file, const std::string& pem);

/// Fails with `why`. Writes to `fault` which file it concerns, unless `fault` is null.
failure about(const std::string& file, std::error_code why, std::string* fault);

/// The file and the text that contain a certificate's key.
struct key_source {
    const std::string& file;
    const std::string& pem;
};

/// Returns where the key is: beside the chain, if neither a key nor its file is given.
[[nodiscard]] inline key_source key_source_of(const tls_certificate& what) noexcept {
    const bool beside = what.key_file.empty() && what.key.empty();
    return beside ? key_source{what.chain_file, what.chain} : key_source{what.key_file, what.key};
}

} // namespace weft
