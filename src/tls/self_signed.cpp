// SPDX-License-Identifier: MIT
// Makes self-signed certificates for development and tests.
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <weft/core/address.hpp>
#include <weft/tls/tls_certificate.hpp>

#include "tls/openssl_error.hpp"
#include "tls/openssl_handles.hpp"

namespace weft {
namespace {

std::string subject_alt_names(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) {
        if (!text.empty()) text += ',';
        text += address::parse(name, 0) ? "IP:" : "DNS:";
        text += name;
    }
    return text;
}

bool add_extension(X509* to, int kind, const std::string& value) {
    const std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION_free>> added(
        X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str()));
    return added && X509_add_ext(to, added.get(), -1) == 1;
}

bool give_number(X509* to) {
    std::array<unsigned char, 8> random{};
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) return false;
    random.front() &= 0x7f;
    std::uint64_t number = 0;
    for (const auto byte : random) number = number << 8 | byte;
    return ASN1_INTEGER_set_uint64(X509_get_serialNumber(to), number) == 1;
}

bool give_name(X509* to, const std::string& name) {
    X509_NAME* const subject = X509_get_subject_name(to);
    const auto* const text = reinterpret_cast<const unsigned char*>(name.data());
    return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text,
                                      static_cast<int>(std::min<std::size_t>(name.size(), 64)), -1,
                                      0) == 1 &&
        X509_set_issuer_name(to, subject) == 1;
}

bool fill(X509* to, EVP_PKEY* key, const self_signed_options& options) {
    return X509_set_version(to, X509_VERSION_3) == 1 && give_number(to) &&
        X509_gmtime_adj(X509_getm_notBefore(to), options.valid_from.count()) != nullptr &&
        X509_gmtime_adj(X509_getm_notAfter(to), options.valid_until.count()) != nullptr &&
        X509_set_pubkey(to, key) == 1 && give_name(to, options.names.front()) &&
        add_extension(to, NID_subject_alt_name, subject_alt_names(options.names)) &&
        add_extension(to, NID_basic_constraints, "critical,CA:FALSE") &&
        add_extension(to, NID_ext_key_usage, "serverAuth,clientAuth") &&
        X509_sign(to, key, EVP_sha256()) != 0;
}

template <class Write>
std::string as_pem(Write&& write) {
    const owned_bio out(BIO_new(BIO_s_mem()));
    if (!out || write(out.get()) != 1) return {};
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(out.get(), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

} // namespace

result<tls_certificate> make_self_signed(const self_signed_options& options) {
    if (options.names.empty()) return failure(tls_error::bad_setting);
    ERR_clear_error();
    const owned_key key(EVP_EC_gen("P-256"));
    const owned_x509 made(X509_new());
    if (!key || !made || !fill(made.get(), key.get(), options)) {
        return failure(take_openssl_error());
    }
    tls_certificate pem;
    pem.chain = as_pem([&](BIO* out) { return PEM_write_bio_X509(out, made.get()); });
    pem.key = as_pem([&](BIO* out) {
        return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    if (pem.chain.empty() || pem.key.empty()) return failure(take_openssl_error());
    return pem;
}

} // namespace weft
