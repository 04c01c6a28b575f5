// SPDX-License-Identifier: MIT
// The names in certificates: formats them as text, and compares them with host names.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mbedtls/library.hpp"

namespace weft {

enum class beyond_ascii : std::uint8_t { kept, escaped };

/// Formats a name in one line as in RFC 2253, such as "CN=example,O=Example".
[[nodiscard]] std::string in_one_line(const mbedtls_x509_name& name, beyond_ascii rest);

/// Returns whether `certificate` has a subjectAltName.
[[nodiscard]] bool has_alternative_names(const mbedtls_x509_crt& certificate) noexcept;

/// Formats the first few alternative names, such as "DNS:a.example, DNS:b.example".
[[nodiscard]] std::string alternative_names(const mbedtls_x509_crt& certificate);

/// Returns whether a subjectAltName of `certificate` matches `host`, a name or an address. RFC
/// 9525.
[[nodiscard]] bool is_for_host(const mbedtls_x509_crt& certificate, std::string_view host);

} // namespace weft
