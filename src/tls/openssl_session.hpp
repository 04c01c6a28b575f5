// SPDX-License-Identifier: MIT
// The OpenSSL session of one TLS stream.
#pragma once

#include <memory>

#include <weft/stream/tls_session.hpp>

#include "tls/openssl_handles.hpp"

namespace weft {

class tls_context;

class openssl_session final : public tls_session {
public:
    /// Keeps `context` alive. Throws std::bad_alloc.
    openssl_session(owned_ssl made, std::shared_ptr<tls_context> context);
    ~openssl_session() override;

    void attach(tls_wire& wire) noexcept override;
    tls_progress shake_hands() noexcept override;
    tls_progress read(std::span<std::byte> to, std::size_t& size) noexcept override;
    bool write(std::span<const std::byte> plain) noexcept override;
    void end_output() noexcept override;
    [[nodiscard]] bool ended() const noexcept override;
    std::error_code take_error() noexcept override;
    [[nodiscard]] std::size_t memory_used(bool idle) const noexcept override;
    [[nodiscard]] bool serves() const noexcept override;

    [[nodiscard]] std::string_view version() const noexcept override;
    [[nodiscard]] std::string_view cipher() const noexcept override;
    [[nodiscard]] std::string_view application_protocol() const noexcept override;
    [[nodiscard]] std::string_view server_name() const noexcept override;
    [[nodiscard]] bool resumed() const noexcept override;
    [[nodiscard]] std::string peer_subject() const override;
    [[nodiscard]] std::string_view library() const noexcept override;
    [[nodiscard]] void* native() const noexcept override { return ssl_.get(); }

private:
    std::shared_ptr<tls_context> context_;
    owned_ssl ssl_;
};

} // namespace weft
