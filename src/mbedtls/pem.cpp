// SPDX-License-Identifier: MIT
// Parses PEM.
#include "mbedtls/pem.hpp"

#include <cstdlib>

#include <weft/stream/tls_error.hpp>

#include "mbedtls/error_codes.hpp"
#include "stream/pem_text.hpp"

namespace weft {
namespace {

/// The files of Debian; of Fedora; of SUSE; of Alpine, FreeBSD and macOS.
constexpr const char* files_of_roots[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
};

/// Returns an environment variable. With glibc, returns null in a setuid program, because its
/// variables come from a user with fewer rights.
const char* variable(const char* name) noexcept {
#ifdef _GNU_SOURCE
    return ::secure_getenv(name);
#else
    return std::getenv(name);
#endif
}

/// Returns the number of certificates that could not be read, or a negative error.
int parse(certificate_chain& to, const std::string& pem) noexcept {
    const auto* const text = reinterpret_cast<const unsigned char*>(pem.c_str());
    return mbedtls_x509_crt_parse(to.get(), text, pem.size() + 1);
}

bool is_empty(const certificate_chain& chain) noexcept {
    return chain->raw.len == 0;
}

std::error_code fault_or(int outcome, tls_error otherwise) noexcept {
    const auto why = mbedtls_error_of(outcome);
    if (why == std::errc::not_enough_memory) return why;
    return make_error_code(is_unknown_kind(outcome) ? tls_error::not_supported : otherwise);
}

} // namespace

result<void> read_identity(identity& to, const tls_certificate& what, std::string* fault) {
    const auto chain = file_or_memory(what.chain_file, what.chain);
    if (!chain) return about(what.chain_file, chain.error(), fault);
    int outcome = parse(to.chain, *chain);
    if (outcome != 0 || is_empty(to.chain)) {
        return about(what.chain_file, fault_or(outcome, tls_error::bad_certificate_file), fault);
    }
    const auto& [file, pem] = key_source_of(what);
    const auto key = file_or_memory(file, pem);
    if (!key) return about(file, key.error(), fault);
    outcome = parse_key(to.key.get(), *key, what.password);
    if (outcome != 0) {
        return about(file, fault_or(outcome, tls_error::bad_key_file), fault);
    }
    if (!is_pair(&to.chain->pk, to.key.get())) return about(file, tls_error::key_mismatch, fault);
    return {};
}

result<void> read_issuers(certificate_chain& to, const std::string& file, const std::string& pem,
                          std::string* fault) {
    const auto text = file_or_memory(file, pem);
    if (!text) return about(file, text.error(), fault);
    const int outcome = parse(to, *text);
    if (outcome >= 0 && !is_empty(to)) return {};
    return about(file, fault_or(outcome, tls_error::bad_trust_file), fault);
}

void read_system_roots(certificate_chain& to) {
    if (const char* const chosen = variable("SSL_CERT_FILE")) {
        static_cast<void>(read_issuers(to, chosen, {}, nullptr));
        return;
    }
    for (const char* const file : files_of_roots) {
        if (read_issuers(to, file, {}, nullptr)) return;
    }
}

} // namespace weft
