// SPDX-License-Identifier: MIT
// Checks the peer's certificates: whether they are for the host, and which of them has a fault.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <weft/stream/tls_error.hpp>

#include "mbedtls/library.hpp"

namespace weft {

class peer_check {
public:
    /// `host` must be in the peer's subjectAltName. On a server there is none: the peer is a
    /// client.
    explicit peer_check(std::optional<std::string> host) noexcept : host_(std::move(host)) {}

    /// The library's callback, called for each certificate of a chain, from the root down.
    static int check(void* self, mbedtls_x509_crt* certificate, int depth,
                     std::uint32_t* flags) noexcept;

    /// Returns the fault that OpenSSL would report, if there is any.
    [[nodiscard]] std::optional<tls_error> fault() const noexcept { return fault_; }

    /// Describes the fault, such as "depth 1, CN=Some CA, issued by CN=Root"; may be empty.
    [[nodiscard]] std::string& detail() noexcept { return detail_; }

private:
    void judge(const mbedtls_x509_crt& certificate, int depth, std::uint32_t flags);

    std::optional<std::string> host_;
    std::optional<tls_error> fault_;
    int rank_ = 0; // of the fault: the fault with the lowest rank is reported
    std::string detail_;
};

} // namespace weft
