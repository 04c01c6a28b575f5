// SPDX-License-Identifier: MIT
// Certificates that an authority of the test's own vouches for, or that name nobody but in their
// common name.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include <weft/stream/tls_certificate.hpp>

namespace weft {

struct leaf_options {
    std::string common_name = "localhost";
    std::string alternative_names = "DNS:localhost,IP:127.0.0.1"; ///< empty for no such extension
    std::string key_kind = "EC"; ///< or "ED25519"
};

/// A root that signs leaves; its own validity may be over.
class private_authority {
public:
    explicit private_authority(const std::string& name, long valid_until = 3600) {
        ::X509_set_version(root_.get(), X509_VERSION_3);
        fill(root_.get(), key_.get(), name, name, valid_until);
        add(root_.get(), NID_basic_constraints, "critical,CA:TRUE");
        add(root_.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
        ::X509_sign(root_.get(), key_.get(), ::EVP_sha256());
        name_ = name;
    }

    [[nodiscard]] std::string pem() const { return as_pem(root_.get()); }

    /// The chain has the leaf first, and the root if that is to be sent.
    [[nodiscard]] tls_certificate sign(const leaf_options& options = {},
                                       bool with_root = true) const {
        const key made(::EVP_PKEY_Q_keygen(nullptr, nullptr, options.key_kind.c_str(), "P-256"),
                       ::EVP_PKEY_free); // others than EC do not read the name of a curve
        const certificate leaf(::X509_new(), ::X509_free);
        ::X509_set_version(leaf.get(), X509_VERSION_3);
        fill(leaf.get(), made.get(), options.common_name, name_, 3600);
        if (!options.alternative_names.empty()) {
            add(leaf.get(), NID_subject_alt_name, options.alternative_names);
        }
        ::X509_sign(leaf.get(), key_.get(), ::EVP_sha256());
        tls_certificate pem;
        pem.chain = as_pem(leaf.get()) + (with_root ? as_pem(root_.get()) : std::string());
        pem.key = written([&](BIO* out) {
            ::PEM_write_bio_PrivateKey(out, made.get(), nullptr, nullptr, 0, nullptr, nullptr);
        });
        return pem;
    }

private:
    using key = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
    using certificate = std::unique_ptr<X509, void (*)(X509*)>;

    static void fill(X509* to, EVP_PKEY* of, const std::string& subject, const std::string& issuer,
                     long valid_until) {
        static long number = 1;
        ::ASN1_INTEGER_set(::X509_get_serialNumber(to), ++number);
        ::X509_gmtime_adj(::X509_getm_notBefore(to), -7200);
        ::X509_gmtime_adj(::X509_getm_notAfter(to), valid_until);
        ::X509_set_pubkey(to, of);
        give_name(::X509_get_subject_name(to), subject);
        X509_NAME* const by = ::X509_NAME_new();
        give_name(by, issuer);
        ::X509_set_issuer_name(to, by);
        ::X509_NAME_free(by);
    }

    static void give_name(X509_NAME* to, const std::string& name) {
        ::X509_NAME_add_entry_by_txt(to, "CN", MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                                     0);
    }

    static void add(X509* to, int kind, const std::string& value) {
        X509_EXTENSION* const made = ::X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
        ::X509_add_ext(to, made, -1);
        ::X509_EXTENSION_free(made);
    }

    template <class Write>
    static std::string written(Write&& write) {
        BIO* const out = ::BIO_new(::BIO_s_mem());
        write(out);
        char* bytes = nullptr;
        const long size = BIO_get_mem_data(out, &bytes);
        std::string text(bytes, static_cast<std::size_t>(size));
        ::BIO_free(out);
        return text;
    }

    static std::string as_pem(X509* of) {
        return written([&](BIO* out) { ::PEM_write_bio_X509(out, of); });
    }

    key key_{::EVP_EC_gen("P-256"), ::EVP_PKEY_free};
    certificate root_{::X509_new(), ::X509_free};
    std::string name_;
};

} // namespace weft
