// SPDX-License-Identifier: MIT
// Why and how a connection ended: one structured answer for every way to end.
#pragma once

#include <cstdint>
#include <exception>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <weft/core/close_code.hpp>

namespace weft {

/// How far a connection had come when it ended.
enum class phase : std::uint8_t {
    resolve,
    connect,
    proxy,
    tls,
    http,
    websocket,
    transfer ///< bytes go to and fro on a raw connection
};

/// Who began the end.
enum class side : std::uint8_t {
    local, ///< this program: a command, a limit, a deadline
    peer,  ///< the other end: a close frame, a fault, an early end
    system ///< the operating system or a library under the stream
};

/// The content of a close frame. RFC 6455 §5.5.1.
struct close_frame {
    close_code code = close_code::no_status; ///< `no_status` when the frame was empty
    std::string reason = {};
};

/// What `close` and `fail` handlers are told.
struct report {
    weft::phase phase = phase::websocket;
    side began = side::local;
    std::error_code error = {};          ///< empty after a closing handshake that was kept, or when
                                         ///< a raw connection has ended as it should
    int http_status = 0;                 ///< of the HTTP response, sent or received; 0 for none
    std::optional<close_frame> sent = {};     ///< our close frame
    std::optional<close_frame> received = {}; ///< the peer's close frame

    /// What a handler threw, if the connection has ended for that (`errc::handler_threw`).
    std::exception_ptr exception = {};

    /// True when both sides have sent their close frame and nothing went wrong; of a raw
    /// connection, when nothing did.
    [[nodiscard]] bool clean() const noexcept {
        return !error && (phase == phase::transfer || (sent && received));
    }

    /// The code that tells most: the beginning side's; `abnormal` when there was no close frame.
    [[nodiscard]] close_code code() const noexcept;

    /// The reason that goes with `code()`.
    [[nodiscard]] std::string_view reason() const noexcept;
};

[[nodiscard]] std::string_view name(phase which) noexcept;
[[nodiscard]] std::string_view name(side which) noexcept;

/// One line for people, such as "closed by the peer: 1001 going away (restart)". Control characters
/// in the reason, which may be the peer's, become question marks.
[[nodiscard]] std::string to_string(const report& why);
std::ostream& operator<<(std::ostream& out, const report& why);

} // namespace weft
