// SPDX-License-Identifier: MIT
// The Mbed TLS session of one TLS stream.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <weft/core/byte_queue.hpp>
#include <weft/stream/tls_session.hpp>

#include "mbedtls/objects.hpp"
#include "mbedtls/peer_check.hpp"

namespace weft {

class mbedtls_context;

class mbedtls_session final : public tls_session {
public:
    /// A client's session checks that the server is `host`. Throws std::bad_alloc.
    mbedtls_session(std::shared_ptr<mbedtls_context> context, std::optional<std::string> host);

    /// Returns the session that owns `ssl`.
    [[nodiscard]] static mbedtls_session& of(const mbedtls_ssl_context* ssl) noexcept;

    /// Offers the server to resume the session `earlier`.
    void resume(const ssl_session& earlier) noexcept;

    void attach(tls_wire& wire) noexcept override { wire_ = &wire; }
    tls_progress shake_hands() noexcept override;
    tls_progress read(std::span<std::byte> to, std::size_t& size) noexcept override;
    bool write(std::span<const std::byte> plain) noexcept override;
    void end_output() noexcept override;
    [[nodiscard]] bool ended() const noexcept override { return ended_; }
    std::error_code take_error() noexcept override;
    [[nodiscard]] std::size_t memory_used(bool idle) const noexcept override;
    [[nodiscard]] bool serves() const noexcept override { return !host_; }

    [[nodiscard]] std::string_view version() const noexcept override;
    [[nodiscard]] std::string_view cipher() const noexcept override;
    [[nodiscard]] std::string_view application_protocol() const noexcept override;
    [[nodiscard]] std::string_view server_name() const noexcept override { return server_name_; }
    [[nodiscard]] bool resumed() const noexcept override { return !opening_ && !full_; }
    [[nodiscard]] std::string peer_subject() const override;
    [[nodiscard]] std::string_view library() const noexcept override;
    [[nodiscard]] void* native() const noexcept override;

    /// Called when a client has asked for `name` (SNI). Throws std::bad_alloc.
    void asked_for(std::string name);

private:
    // called by Mbed TLS
    static int receive(void* self, unsigned char* to, std::size_t size) noexcept;
    static int send(void* self, const unsigned char* from, std::size_t size) noexcept;

    tls_progress step_on() noexcept;
    bool send_flight() noexcept;
    [[nodiscard]] std::optional<tls_error> fault_of_optional() noexcept;
    tls_progress refuse(tls_error why) noexcept;
    tls_progress fail(int outcome) noexcept;
    [[nodiscard]] std::error_code error_of(int outcome) noexcept;
    [[nodiscard]] std::optional<tls_error> fault_of_first_bytes() const noexcept;
    [[nodiscard]] bool ends_with_plain_alert() const noexcept;
    void keep_session(bool once) noexcept;

    std::shared_ptr<mbedtls_context> context_;
    std::optional<std::string> host_;
    peer_check check_;
    ssl_context ssl_;
    tls_wire* wire_ = nullptr;
    std::string server_name_;
    byte_queue flight_; // handshake messages that are sent together
    std::error_code error_;
    std::array<char, 5> first_{}; // the peer's first bytes: the header of a record, if it is TLS
    std::uint8_t first_size_ = 0;
    std::array<std::uint8_t, 7> last_{}; // the last bytes of the handshake: perhaps an alert
    std::uint8_t sent_alert_ = 0; // the alert that was sent during the handshake
    bool opening_ = true;
    bool used_up_ = false; // the library has asked for more ciphertext than has arrived
    bool full_ = false; // the handshake includes a certificate: it does not resume a session
    bool ended_ = false;
};

} // namespace weft
