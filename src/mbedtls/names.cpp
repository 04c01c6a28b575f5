// SPDX-License-Identifier: MIT
// Formats and compares the names in certificates.
#include "mbedtls/names.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

#include <weft/core/address.hpp>

namespace weft {
namespace {

constexpr int alternative_names_max = 8; // in a formatted list
constexpr int tag_of_dns_name = MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_X509_SAN_DNS_NAME;
constexpr int tag_of_address = MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_X509_SAN_IP_ADDRESS;

std::string_view as_text(const mbedtls_asn1_buf& bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.p), bytes.len};
}

void append_hex(std::string& to, char byte) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    to += digits[static_cast<unsigned char>(byte) >> 4];
    to += digits[static_cast<unsigned char>(byte) & 0xfU];
}

/// Appends a DNS name, with a dot for each character that is not printable ASCII: the peer chooses
/// the name, and logs show it.
void append_printable(std::string& to, std::string_view name) {
    std::ranges::transform(name, std::back_inserter(to), [](char byte) {
        return byte < ' ' || byte > '~' ? '.' : byte;
    });
}

/// Appends "CN=value".
void append_attribute(std::string& to, const mbedtls_x509_name& one, beyond_ascii rest) {
    const std::string_view value = as_text(one.val);
    const char* kind = nullptr;
    if (mbedtls_oid_get_attr_short_name(&one.oid, &kind) != 0) {
        std::array<char, 100> number{};
        mbedtls_oid_get_numeric_string(number.data(), number.size(), &one.oid);
        to.append(number.data()).append("=#");
        for (const char byte : value) append_hex(to, byte);
        return;
    }
    to.append(kind).append("=");
    for (std::size_t at = 0; at < value.size(); ++at) {
        const char byte = value[at];
        const auto code = static_cast<unsigned char>(byte);
        const bool at_edge = (at == 0 && (byte == ' ' || byte == '#')) ||
            (at + 1 == value.size() && byte == ' ');
        if (code < 0x20 || code == 0x7f || (code > 0x7f && rest == beyond_ascii::escaped)) {
            to += '\\';
            append_hex(to, byte);
        } else {
            if (at_edge || std::string_view(",+\"\\<>;").find(byte) != std::string_view::npos) {
                to += '\\';
            }
            to += byte;
        }
    }
}

/// Calls `with` for each alternative name until it returns true. Returns whether it did.
template <class With>
bool any_alternative_name(const mbedtls_x509_crt& of, With&& with) {
    if (!has_alternative_names(of)) return false;
    for (const auto* at = &of.subject_alt_names; at != nullptr; at = at->next) {
        if (at->buf.p != nullptr && with(at->buf)) return true;
    }
    return false;
}

std::size_t size_of_address(const address& one) noexcept {
    return one.kind() == address::family::ipv4 ? 4 : 16;
}

std::string as_address(const mbedtls_asn1_buf& bytes) {
    if (bytes.len == 4) {
        std::array<std::uint8_t, 4> four{};
        std::copy_n(bytes.p, four.size(), four.begin());
        return address::ipv4(four, 0).host();
    }
    if (bytes.len != 16) return "invalid";
    std::array<std::uint8_t, 16> sixteen{};
    std::copy_n(bytes.p, sixteen.size(), sixteen.begin());
    return address::ipv6(sixteen, 0).host();
}

char lower(char byte) noexcept {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + ('a' - 'A')) : byte;
}

bool is_same_name(std::string_view one, std::string_view other) noexcept {
    return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                      [](char a, char b) { return lower(a) == lower(b); });
}

/// Returns whether `pattern` matches `host`. A wildcard stands for the whole first label only, and
/// must have at least two labels after it.
bool is_name(std::string_view pattern, std::string_view host) noexcept {
    if (!pattern.starts_with("*.")) return !host.empty() && is_same_name(pattern, host);
    const auto parent = pattern.substr(1);
    const auto label_end = host.find('.');
    if (label_end == host.npos || label_end == 0) return false;
    return parent.find('.', 1) != parent.npos && is_same_name(parent, host.substr(label_end));
}

} // namespace

std::string in_one_line(const mbedtls_x509_name& name, beyond_ascii rest) {
    std::vector<const mbedtls_x509_name*> parts;
    for (const auto* at = &name; at != nullptr; at = at->next) {
        if (at->oid.p != nullptr) parts.push_back(at);
    }
    std::string text;
    for (auto at = parts.rbegin(); at != parts.rend(); ++at) { // the last part comes first
        if (!text.empty()) text += (*at)->next_merged != 0 ? '+' : ',';
        append_attribute(text, **at, rest);
    }
    return text;
}

bool has_alternative_names(const mbedtls_x509_crt& certificate) noexcept {
    return (certificate.ext_types & MBEDTLS_X509_EXT_SUBJECT_ALT_NAME) != 0;
}

std::string alternative_names(const mbedtls_x509_crt& certificate) {
    std::string text;
    int count = 0;
    any_alternative_name(certificate, [&](const mbedtls_asn1_buf& one) {
        if (one.tag != tag_of_dns_name && one.tag != tag_of_address) return false;
        if (!text.empty()) text += ", ";
        if (one.tag == tag_of_address) {
            text.append("IP Address:").append(as_address(one));
        } else {
            append_printable(text.append("DNS:"), as_text(one));
        }
        return ++count == alternative_names_max;
    });
    return text;
}

bool is_for_host(const mbedtls_x509_crt& certificate, std::string_view host) {
    const auto numeric = address::parse(host, 0);
    return any_alternative_name(certificate, [&](const mbedtls_asn1_buf& one) {
        if (!numeric) return one.tag == tag_of_dns_name && is_name(as_text(one), host);
        return one.tag == tag_of_address && one.len == size_of_address(*numeric) &&
            std::equal(one.p, one.p + one.len, numeric->bytes().begin());
    });
}

} // namespace weft
