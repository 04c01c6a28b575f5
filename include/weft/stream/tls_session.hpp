// SPDX-License-Identifier: MIT
// The interface between `tls_stream` and a TLS library. To add a library, implement `tls_session`.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include <weft/core/language.hpp>

namespace weft {

/// The encrypted side of a session. Implemented by `tls_stream`; sessions call it from inside
/// `shake_hands`, `read`, `write` and `end_output`.
class tls_wire {
public:
    /// Copies received ciphertext into `to`. Returns the number of bytes; 0 if there is no more for
    /// now.
    virtual std::size_t give_ciphertext(std::span<std::byte> to) noexcept = 0;

    /// Takes all of `sealed`, and sends it. Returns false if sending has failed; then the session's
    /// function must fail, too.
    virtual bool take_ciphertext(std::span<const std::byte> sealed) noexcept = 0;

    /// Sets the text that `stream::error_detail` returns for the next error.
    virtual void note_fault(std::string what) noexcept = 0;

protected:
    ~tls_wire() = default;
};

/// The result of a function of a session.
enum class tls_progress {
    done,
    needs_input, ///< it has read all ciphertext, and needs more
    ended,       ///< the peer has sent close_notify
    failed       ///< `take_error` says why
};

/// One connection in a TLS library. Does I/O only through its `tls_wire`, and never blocks. Errors
/// are `tls_error`s where one fits, and otherwise errors of the library.
class tls_session {
public:
    tls_session(const tls_session&) = delete;
    tls_session& operator=(const tls_session&) = delete;
    virtual ~tls_session() = default;

    /// Called once, before anything else. `wire` is valid until the session is destroyed; the
    /// destructor must not use it.
    virtual void attach(tls_wire& wire) noexcept = 0;

    /// Continues the handshake.
    virtual tls_progress shake_hands() noexcept = 0;

    /// Decrypts one record into `to`, which has room for it. Sets `size` to the plaintext's size.
    virtual tls_progress read(std::span<std::byte> to, std::size_t& size) noexcept = 0;

    /// Encrypts `plain`, of 1 byte to 16 KiB, as one record, or as several if the peer has asked
    /// for shorter ones. Returns false on failure.
    virtual bool write(std::span<const std::byte> plain) noexcept = 0;

    /// Sends close_notify.
    virtual void end_output() noexcept = 0;

    /// Returns whether the peer has sent close_notify.
    [[nodiscard]] virtual bool ended() const noexcept = 0;

    /// Returns the error of the last function that failed, and clears it.
    virtual std::error_code take_error() noexcept = 0;

    /// Returns the estimated size of the library's buffers, in bytes. `idle` means that the
    /// handshake is over, and that no record is incomplete.
    [[nodiscard]] virtual std::size_t memory_used(bool idle) const noexcept = 0;

    /// Returns whether this side is the server.
    [[nodiscard]] virtual bool serves() const noexcept = 0;

    // --- what was negotiated: as the functions of `tls_stream`

    [[nodiscard]] virtual std::string_view version() const noexcept = 0;
    [[nodiscard]] virtual std::string_view cipher() const noexcept = 0;
    [[nodiscard]] virtual std::string_view application_protocol() const noexcept = 0;
    [[nodiscard]] virtual std::string_view server_name() const noexcept = 0;
    [[nodiscard]] virtual bool resumed() const noexcept = 0;
    [[nodiscard]] virtual std::string peer_subject() const = 0;

    /// Returns the library's name, such as "OpenSSL", and its own object for this session.
    [[nodiscard]] virtual std::string_view library() const noexcept = 0;
    [[nodiscard]] virtual void* native() const noexcept = 0;

protected:
    tls_session() noexcept = default;
};

} // namespace weft
