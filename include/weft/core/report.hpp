// SPDX-License-Identifier: MIT
// Why and how a connection ended: one structured answer for every way to end.
#pragma once

#include <cstdint>
#include <exception>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <weft/core/address.hpp>
#include <weft/core/close_code.hpp>
#include <weft/core/http_head.hpp>

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

/// Who was at the two ends of a connection that has ended, and what a server answered instead of a
/// WebSocket. See the functions of `report`.
struct report_facts {
    address local;
    address remote;
    std::string target;
    std::optional<http_response_head> response;
    std::string response_body;
};

/// What `close` and `fail` handlers are told.
struct report {
    weft::phase phase = phase::websocket;
    side began = side::local;
    std::error_code error = {};          ///< empty after a closing handshake that was kept, or when
                                         ///< a raw connection has ended as it should
    std::string detail = {};             ///< what the error is about, such as the subject of a
                                         ///< certificate and its depth in the chain; often empty
    int http_status = 0;                 ///< of the HTTP response, sent or received; 0 for none
    std::optional<close_frame> sent = {};     ///< our close frame
    std::optional<close_frame> received = {}; ///< the peer's close frame

    /// What a handler threw, if the connection has ended for that (`errc::handler_threw`).
    std::exception_ptr exception = {};

    /// What the functions below read; shared by copies. Null if nothing of it is known, as when
    /// memory has run out.
    std::shared_ptr<const report_facts> facts = nullptr;

    /// This side's end, and the peer's: whoever a trusted proxy said it to be, or the proxy that a
    /// client went through, or the address that a client tried last. No address if none is known.
    [[nodiscard]] const address& local_address() const noexcept;
    [[nodiscard]] const address& remote_address() const noexcept;

    /// What a client that failed has tried to reach, as it was named: "example.org:8080", "proxy
    /// proxy.example:3128", "unix:/run/app.sock". Empty on a server, and after `open`.
    [[nodiscard]] std::string_view target() const noexcept;

    /// The server's answer to a client's handshake that failed; null if there was none. Its headers
    /// are such as Retry-After, WWW-Authenticate or Location.
    [[nodiscard]] const http_response_head* response() const noexcept;

    /// The beginning of that answer's body: at most 4 KiB of it. Empty for a redirect, and for a
    /// body whose length is not known and that did not come with the head.
    [[nodiscard]] std::string_view response_body() const noexcept;

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

/// One line for people, such as "closed by the peer: 1001 going away (restart); peer
/// 192.0.2.1:4711". Control characters in the reason, which may be the peer's, become question
/// marks.
[[nodiscard]] std::string to_string(const report& why);
std::ostream& operator<<(std::ostream& out, const report& why);

} // namespace weft
