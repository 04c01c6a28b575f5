// SPDX-License-Identifier: MIT
// Makes self-signed certificates for development and tests.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include <weft/core/address.hpp>
#include <weft/mbedtls/mbedtls_certificate.hpp>
#include <weft/stream/tls_error.hpp>

#include "mbedtls/error_codes.hpp"
#include "mbedtls/objects.hpp"

namespace weft {
namespace {

/// The value of the extension extKeyUsage: serverAuth and clientAuth. RFC 5280 §4.2.1.12.
constexpr std::array<unsigned char, 22> extended_key_usage{
    0x30, 0x14, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03,
    0x01, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02};

int add_extension(mbedtls_x509write_cert* to, const char* oid, std::size_t oid_size,
                  std::span<const unsigned char> value) noexcept {
    return mbedtls_x509write_crt_set_extension(to, oid, oid_size, 0, value.data(), value.size());
}

/// Writes one name of the extension subjectAltName before `*at`, and moves `*at` to it. Returns the
/// number of written bytes, or a negative error.
int write_name(unsigned char** at, unsigned char* start, const std::string& name) {
    const auto numeric = address::parse(name, 0);
    if (!numeric) {
        return mbedtls_asn1_write_tagged_string(
            at, start, MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_X509_SAN_DNS_NAME, name.data(),
            name.size());
    }
    return mbedtls_asn1_write_tagged_string(
        at, start, MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_X509_SAN_IP_ADDRESS,
        reinterpret_cast<const char*>(numeric->bytes().data()),
        numeric->kind() == address::family::ipv4 ? 4 : 16);
}

/// Adds the extension subjectAltName. RFC 5280 §4.2.1.6. The library writes DER backwards, from the
/// end of the memory that it is given.
int add_names(mbedtls_x509write_cert* to, const std::vector<std::string>& names) {
    constexpr std::size_t tag_and_length = 8; // at most
    std::size_t size = tag_and_length;
    for (const auto& name : names) size += tag_and_length + std::max<std::size_t>(name.size(), 16);
    std::vector<unsigned char> memory(size);
    unsigned char* const start = memory.data();
    unsigned char* const end = start + size;
    unsigned char* at = end;
    for (auto name = names.rbegin(); name != names.rend(); ++name) {
        const int outcome = write_name(&at, start, *name);
        if (outcome < 0) return outcome;
    }
    int outcome = mbedtls_asn1_write_len(&at, start, static_cast<std::size_t>(end - at));
    if (outcome < 0) return outcome;
    outcome =
        mbedtls_asn1_write_tag(&at, start, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE);
    if (outcome < 0) return outcome;
    return add_extension(to, MBEDTLS_OID_SUBJECT_ALT_NAME,
                         MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_ALT_NAME), {at, end});
}

/// Returns the time `offset` from now as "YYYYMMDDhhmmss" in UTC.
std::string time_text(std::chrono::seconds offset) {
    namespace chrono = std::chrono;
    const auto when = chrono::floor<chrono::seconds>(chrono::system_clock::now()) + offset;
    const auto day = chrono::floor<chrono::days>(when);
    const chrono::year_month_day date(day);
    const chrono::hh_mm_ss time(when - day);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d%02u%02u%02d%02d%02d",
                  static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                  static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()));
    return text.data();
}

/// Returns "CN=name", escaped for the library's parser of names.
std::string common_name(const std::string& name) {
    std::string text = "CN=";
    for (const char byte : name.substr(0, 64)) {
        if (byte == ',' || byte == '\\') text += '\\';
        text += byte;
    }
    return text;
}

int make_key(mbedtls_pk_context* key) noexcept {
    const int outcome = mbedtls_pk_setup(key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));
    if (outcome != 0) return outcome;
    return mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(*key), draw_random, nullptr);
}

int fill(mbedtls_x509write_cert* to, mbedtls_pk_context* key, const self_signed_options& options) {
    const std::string name = common_name(options.names.front());
    const std::string from = time_text(options.valid_from);
    const std::string until = time_text(options.valid_until);
    std::array<unsigned char, 8> serial{};
    int outcome = draw_random(nullptr, serial.data(), serial.size());
    serial.front() = static_cast<unsigned char>((serial.front() & 0x7f) | 1); // positive
    mbedtls_x509write_crt_set_version(to, MBEDTLS_X509_CRT_VERSION_3);
    mbedtls_x509write_crt_set_md_alg(to, MBEDTLS_MD_SHA256);
    mbedtls_x509write_crt_set_subject_key(to, key);
    mbedtls_x509write_crt_set_issuer_key(to, key);
    const auto then = [&](auto&& step) {
        if (outcome == 0) outcome = step();
    };
    then([&] { return set_serial(to, serial.data(), serial.size()); });
    then([&] { return mbedtls_x509write_crt_set_validity(to, from.c_str(), until.c_str()); });
    then([&] { return mbedtls_x509write_crt_set_subject_name(to, name.c_str()); });
    then([&] { return mbedtls_x509write_crt_set_issuer_name(to, name.c_str()); });
    then([&] { return mbedtls_x509write_crt_set_basic_constraints(to, 0, -1); });
    then([&] { return add_names(to, options.names); });
    then([&] {
        return add_extension(to, MBEDTLS_OID_EXTENDED_KEY_USAGE,
                             MBEDTLS_OID_SIZE(MBEDTLS_OID_EXTENDED_KEY_USAGE),
                             extended_key_usage);
    });
    return outcome;
}

} // namespace

result<tls_certificate> make_self_signed_with_mbedtls(const self_signed_options& options) {
    if (options.names.empty()) return failure(tls_error::bad_setting);
    if (!prepare_library()) return failure(std::make_error_code(std::errc::not_enough_memory));
    private_key key;
    certificate_writer made;
    std::vector<unsigned char> text(16 * 1024);
    int outcome = make_key(key.get());
    if (outcome == 0) outcome = fill(made.get(), key.get(), options);
    if (outcome == 0) {
        outcome = mbedtls_x509write_crt_pem(made.get(), text.data(), text.size(), draw_random,
                                            nullptr);
    }
    tls_certificate pem;
    if (outcome == 0) {
        pem.chain = reinterpret_cast<const char*>(text.data());
        outcome = mbedtls_pk_write_key_pem(key.get(), text.data(), text.size());
    }
    if (outcome != 0) return failure(mbedtls_error_of(outcome));
    pem.key = reinterpret_cast<const char*>(text.data());
    return pem;
}

} // namespace weft
