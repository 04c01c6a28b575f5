// SPDX-License-Identifier: MIT
// Finds and describes the fault of a chain. Of several faults, reports the one that OpenSSL
// reports.
#include "mbedtls/peer_check.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "mbedtls/names.hpp"

namespace weft {
namespace {

constexpr std::size_t name_size_max = 200; // a peer chooses the length of its names

std::string cut(std::string text) {
    if (text.size() <= name_size_max) return text;
    text.resize(name_size_max);
    return text += "...";
}

bool is_self_issued(const mbedtls_x509_crt& one) noexcept {
    return std::equal(one.subject_raw.p, one.subject_raw.p + one.subject_raw.len, one.issuer_raw.p,
                      one.issuer_raw.p + one.issuer_raw.len);
}

struct ranked_fault {
    int rank;
    tls_error what;
};

ranked_fault worst_of(const mbedtls_x509_crt& one, int depth, std::uint32_t flags) noexcept {
    if ((flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) != 0) {
        const bool self_signed = depth == 0 && is_self_issued(one);
        return {0, self_signed ? tls_error::self_signed : tls_error::unknown_issuer};
    }
    if ((flags & MBEDTLS_X509_BADCERT_CN_MISMATCH) != 0) {
        return {1, has_alternative_names(one) ? tls_error::wrong_name
                                              : tls_error::no_alternative_name};
    }
    if ((flags & MBEDTLS_X509_BADCERT_REVOKED) != 0) return {2, tls_error::certificate_revoked};
    if ((flags & MBEDTLS_X509_BADCERT_EXPIRED) != 0) return {3, tls_error::certificate_expired};
    if ((flags & MBEDTLS_X509_BADCERT_FUTURE) != 0) {
        return {3, tls_error::certificate_not_yet_valid};
    }
    return {4, tls_error::certificate_rejected};
}

std::string describe(const mbedtls_x509_crt& one, int depth, tls_error fault) {
    std::string text = "depth " + std::to_string(depth);
    const auto subject = cut(in_one_line(one.subject, beyond_ascii::escaped));
    if (!subject.empty()) text += ", " + subject;
    if (fault == tls_error::no_alternative_name) return text;
    if (fault == tls_error::wrong_name) return text + ", is for " + cut(alternative_names(one));
    const auto issuer = cut(in_one_line(one.issuer, beyond_ascii::escaped));
    return issuer.empty() ? text : text + ", issued by " + issuer;
}

} // namespace

int peer_check::check(void* self, mbedtls_x509_crt* certificate, int depth,
                      std::uint32_t* flags) noexcept {
    auto& mine = *static_cast<peer_check*>(self);
    try {
        if (depth == 0) {
            *flags &= ~static_cast<std::uint32_t>(MBEDTLS_X509_BADCERT_CN_MISMATCH);
            const bool fits = !mine.host_ || is_for_host(*certificate, *mine.host_);
            if (!fits) *flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
        }
        if (*flags != 0) mine.judge(*certificate, depth, *flags);
        return 0;
    } catch (const std::bad_alloc&) {
        return MBEDTLS_ERR_X509_ALLOC_FAILED;
    }
}

void peer_check::judge(const mbedtls_x509_crt& certificate, int depth, std::uint32_t flags) {
    const auto [rank, what] = worst_of(certificate, depth, flags);
    if (fault_ && rank_ <= rank) return;
    detail_ = describe(certificate, depth, what);
    fault_ = what;
    rank_ = rank;
}

} // namespace weft
