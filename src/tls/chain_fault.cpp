// SPDX-License-Identifier: MIT
// Formats subjects, issuers and alternative names.
#include "tls/chain_fault.hpp"

#include <new>
#include <string_view>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "tls/openssl_handles.hpp"
#include "tls/stream_bio.hpp"

namespace weft {
namespace {

/// Limits, since a peer chooses the length of its names.
constexpr std::size_t name_size_max = 200;
constexpr int alternative_names_max = 8;

std::string cut(std::string text) {
    if (text.size() <= name_size_max) return text;
    text.resize(name_size_max);
    return text += "...";
}

/// Formats a name in ASCII; other characters and control characters are escaped.
std::string in_one_line(const X509_NAME* name) {
    const owned_bio text(BIO_new(BIO_s_mem()));
    if (!text || X509_NAME_print_ex(text.get(), name, 0, XN_FLAG_RFC2253) < 0) return {};
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(text.get(), &bytes);
    return cut({bytes, static_cast<std::size_t>(size)});
}

using owned_names = std::unique_ptr<GENERAL_NAMES, freed_by<GENERAL_NAMES_free>>;

owned_names alternative_names(const X509* of) {
    return owned_names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(of, NID_subject_alt_name, nullptr, nullptr)));
}

/// Formats names, such as "DNS:a.example, DNS:b.example".
std::string list(const GENERAL_NAMES& names) {
    const owned_bio text(BIO_new(BIO_s_mem()));
    const int count = sk_GENERAL_NAME_num(&names);
    for (int at = 0; text && at < count && at < alternative_names_max; ++at) {
        if (at != 0) BIO_puts(text.get(), ", ");
        GENERAL_NAME_print(text.get(), sk_GENERAL_NAME_value(&names, at));
    }
    if (!text) return {};
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(text.get(), &bytes);
    return cut({bytes, static_cast<std::size_t>(size)});
}

bool is_about_the_name(int verdict) noexcept {
    return verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH;
}

} // namespace

std::string describe_chain_fault(X509_STORE_CTX* chain) {
    X509* const at_fault = X509_STORE_CTX_get_current_cert(chain);
    std::string text = "depth " + std::to_string(X509_STORE_CTX_get_error_depth(chain));
    if (!at_fault) return text;
    if (const auto subject = in_one_line(X509_get_subject_name(at_fault)); !subject.empty()) {
        text += ", " + subject;
    }
    if (is_about_the_name(X509_STORE_CTX_get_error(chain))) {
        const auto names = alternative_names(at_fault);
        return names ? text + ", is for " + list(*names) : text;
    }
    const auto issuer = in_one_line(X509_get_issuer_name(at_fault));
    return issuer.empty() ? text : text + ", issued by " + issuer;
}

int note_chain_fault(int verdict, X509_STORE_CTX* chain) noexcept {
    if (verdict == 1) return 1;
    auto* const session = static_cast<SSL*>(
        X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
    try {
        if (session) stream_bio::note_fault(session, describe_chain_fault(chain));
    } catch (const std::bad_alloc&) {
        // The verdict is kept, without a description.
    }
    const X509* const at_fault = X509_STORE_CTX_get_current_cert(chain);
    if (at_fault && is_about_the_name(X509_STORE_CTX_get_error(chain)) &&
        X509_get_ext_by_NID(at_fault, NID_subject_alt_name, -1) < 0) {
        X509_STORE_CTX_set_error(chain, no_alternative_name_verdict);
    }
    return 0;
}

} // namespace weft
