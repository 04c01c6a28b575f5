// SPDX-License-Identifier: MIT
// Parses PEM.
#include "tls/certificate_files.hpp"

#include <algorithm>
#include <climits>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "stream/pem_text.hpp"
#include "tls/openssl_error.hpp"

namespace weft {
namespace {

owned_bio reader_of(const std::string& text) {
    if (text.size() > INT_MAX) return nullptr;
    return owned_bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// Replaces OpenSSL's callback, which prompts on the terminal.
int give_password(char* to, int size, int, void* password) noexcept {
    const auto& text = *static_cast<const std::string*>(password);
    if (text.size() > static_cast<std::size_t>(size)) return -1;
    std::copy(text.begin(), text.end(), to);
    return static_cast<int>(text.size());
}

result<owned_key> read_key(const tls_certificate& what, std::string* fault) {
    const auto& [file, pem] = key_source_of(what);
    const auto text = file_or_memory(file, pem);
    if (!text) return about(file, text.error(), fault);
    const owned_bio in = reader_of(*text);
    std::string password = what.password;
    owned_key key(in ? PEM_read_bio_PrivateKey(in.get(), nullptr, give_password, &password)
                     : nullptr);
    ERR_clear_error();
    if (!key) return about(file, tls_error::bad_key_file, fault);
    return key;
}

/// Returns all certificates in order, at least one; fails with `otherwise` if there is none.
result<std::vector<owned_x509>> read_certificates(const std::string& file, const std::string& pem,
                                                  std::error_code otherwise,
                                                  std::string* fault) {
    const auto text = file_or_memory(file, pem);
    if (!text) return about(file, text.error(), fault);
    const owned_bio in = reader_of(*text);
    std::vector<owned_x509> all;
    std::string none; // empty password: certificates are not encrypted
    while (in) {
        owned_x509 next(PEM_read_bio_X509_AUX(in.get(), nullptr, give_password, &none));
        if (!next) break;
        all.push_back(std::move(next));
    }
    ERR_clear_error();
    if (all.empty()) return about(file, otherwise, fault);
    return all;
}

} // namespace

result<void> use_certificate(SSL_CTX* context, const tls_certificate& what, std::string* fault) {
    const std::string& file = what.chain_file;
    const auto chain =
        read_certificates(file, what.chain, tls_error::bad_certificate_file, fault);
    if (!chain) return failure(chain.error());
    const auto key = read_key(what, fault);
    if (!key) return failure(key.error());
    if (SSL_CTX_use_certificate(context, chain->front().get()) != 1) {
        return about(file, take_openssl_error(), fault);
    }
    for (auto at = chain->begin() + 1; at != chain->end(); ++at) {
        if (SSL_CTX_add1_chain_cert(context, at->get()) != 1) {
            return about(file, take_openssl_error(), fault);
        }
    }
    const bool match = X509_check_private_key(chain->front().get(), key->get()) == 1;
    ERR_clear_error();
    const std::string& key_file = what.key_file.empty() ? file : what.key_file;
    if (!match) return about(key_file, tls_error::key_mismatch, fault);
    if (SSL_CTX_use_PrivateKey(context, key->get()) != 1) {
        return about(key_file, take_openssl_error(), fault);
    }
    return {};
}

result<void> trust_issuers(SSL_CTX* context, const std::string& file, const std::string& pem,
                           std::string* fault) {
    const auto trusted = read_certificates(file, pem, tls_error::bad_trust_file, fault);
    if (!trusted) return failure(trusted.error());
    X509_STORE* const store = SSL_CTX_get_cert_store(context);
    for (const auto& one : *trusted) {
        if (X509_STORE_add_cert(store, one.get()) != 1 ||
            SSL_CTX_add_client_CA(context, one.get()) != 1) {
            return about(file, take_openssl_error(), fault);
        }
    }
    return {};
}

} // namespace weft
