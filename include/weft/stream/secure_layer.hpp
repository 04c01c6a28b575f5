// SPDX-License-Identifier: MIT
// The interface of a TLS layer, so that endpoints do not depend on a TLS library.
#pragma once

#include <memory>
#include <string_view>

#include <weft/stream/stream.hpp>

namespace weft {

/// Encrypts streams. weft::tls and weft::mbedtls each have an implementation for servers and one
/// for clients.
///
/// Any number of streams may share a layer. A stream may outlive the layer. If loops on several
/// threads share a layer, it must be thread-safe. Those of weft::tls and weft::mbedtls are.
class secure_layer {
public:
    secure_layer(const secure_layer&) = delete;
    secure_layer& operator=(const secure_layer&) = delete;
    virtual ~secure_layer() = default;

    /// Returns an encrypted stream over `plain`, which is connected and has not been started.
    ///
    /// `host` is the name or address that the peer's certificate must match; a server's layer
    /// ignores it. Errors are reported by `on_error` of the returned stream. Throws std::bad_alloc.
    [[nodiscard]] virtual std::unique_ptr<stream> cover(std::unique_ptr<stream> plain,
                                                        std::string_view host) = 0;

protected:
    secure_layer() noexcept = default;
};

} // namespace weft
