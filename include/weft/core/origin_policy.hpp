// SPDX-License-Identifier: MIT
// Which web pages may connect: compares the Origin header, which browsers send and pages cannot
// change, with the requested host or with a list. RFC 6455 §10.2, RFC 6454.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <weft/core/http_head.hpp>
#include <weft/core/result.hpp>

namespace weft {

/// Decides by origin. By default, allows pages of the requested host itself, and programs that send
/// no Origin header.
///
/// An origin is scheme, host and port. For pages of the same host the scheme is not compared, since
/// a proxy in front of the server may have removed TLS; the ports must be equal.
class origin_policy {
public:
    /// Allows pages of the same host only.
    origin_policy() = default;

    /// Allows pages of these origins, such as "https://example.org" or "http://localhost:8080", and
    /// of no others. "null" stands for pages without an origin: local files and sandboxed frames.
    /// "https://*.example.org" allows all hosts below example.org. Other schemes are allowed as
    /// well, such as "chrome-extension://name". Fails with `bad_argument` for anything else, such
    /// as a URL with a path, or an asterisk in another place.
    static result<origin_policy> list(const std::vector<std::string>& allowed);

    /// Allows pages of the same host in addition to the list.
    origin_policy& with_same_host(bool allowed = true) noexcept {
        same_host_ = allowed;
        return *this;
    }

    /// Sets whether requests without an Origin header are allowed, as programs other than browsers
    /// send. Allowed by default.
    origin_policy& with_missing(bool allowed) noexcept {
        missing_ = allowed;
        return *this;
    }

    /// Returns whether the policy allows the request. Several Origin headers, or a malformed one,
    /// are never allowed.
    [[nodiscard]] bool allows(const http_request& request) const;

private:
    std::vector<std::string> allowed_; // in normal form
    bool same_host_ = true;
    bool missing_ = true;
};

} // namespace weft
