// SPDX-License-Identifier: MIT
// The close codes of RFC 6455 §7.4 and of the IANA registry: their names, which of them are
// allowed in a close frame, and which code is sent for each error.
#pragma once

#include <cstdint>
#include <string_view>
#include <system_error>

#include <weft/core/language.hpp>

namespace weft {

/// Why a connection was closed. 3000-3999 are for libraries, 4000-4999 for applications.
enum class close_code : std::uint16_t {
    normal = 1000,       ///< the purpose of the connection is fulfilled
    going_away,          ///< a server shuts down or a browser leaves the page
    protocol_error,      ///< the peer broke the protocol
    unsupported_data,    ///< a kind of data that the endpoint cannot accept
    no_status = 1005,    ///< never sent: the close frame contained no code
    abnormal,            ///< never sent: the connection ended without a close frame
    invalid_payload,     ///< data that does not fit the message's type, such as text not in UTF-8
    policy_violation,    ///< a message that breaks the endpoint's policy
    message_too_big,     ///< a message that is too big to process
    mandatory_extension, ///< the server did not negotiate an extension that the client needs
    internal_error,      ///< an unexpected condition on the server
    service_restart,     ///< the service restarts: reconnect after a random delay
    try_again_later,     ///< the service is overloaded
    bad_gateway,         ///< a gateway received an invalid answer from its upstream
    tls_handshake,       ///< never sent: the TLS handshake failed
    unauthorized = 3000, ///< the client has not authenticated (IANA registry)
};

/// Returns true for the codes that an endpoint may send in a close frame: 1000-1003, 1007-1014 and
/// 3000-4999. RFC 6455 §7.4.
[[nodiscard]] bool may_be_sent(close_code code) noexcept;

/// Returns true for the codes that a peer may send in a close frame: the same codes as
/// `may_be_sent`.
[[nodiscard]] bool may_be_received(close_code code) noexcept;

/// Returns the code to send to the peer for the error `why`; `normal` if there is no error.
[[nodiscard]] close_code close_code_for(std::error_code why) noexcept;

/// Returns the close reason to send with that code; empty if the code needs no explanation.
[[nodiscard]] std::string_view close_reason_for(std::error_code why) noexcept;

/// Returns the code that is sent if the application asks for `code`: `code` if it is allowed in a
/// close frame, or if it is `no_status` (an empty close frame); otherwise `internal_error`.
///
/// A relay can thus pass the code of any report on to another peer: 1006 and 1015, which mean that
/// no close frame arrived, become `internal_error`.
[[nodiscard]] close_code sendable(close_code code) noexcept;

/// Returns a short lower-case English name, such as "going away"; never empty.
[[nodiscard]] std::string_view name(close_code code) noexcept;

} // namespace weft
