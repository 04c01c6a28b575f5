// SPDX-License-Identifier: MIT
// The report of a connection's end: why and how it ended, in one structure for all cases.
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
#include <weft/core/time.hpp>
#include <weft/core/traffic.hpp>

namespace weft {

/// The phase that a connection had reached when it ended.
enum class phase : std::uint8_t {
    resolve,
    connect,
    proxy,
    tls,
    http,
    websocket,
    transfer ///< a raw connection exchanges bytes
};

/// Which side ended the connection.
enum class side : std::uint8_t {
    local, ///< this program: a command, a limit, a deadline
    peer,  ///< the peer: a close frame, a refusal, a protocol violation, an early end of the stream
    system ///< the operating system or a library under the stream
};

/// The content of a close frame. RFC 6455 §5.5.1.
struct close_frame {
    close_code code = close_code::no_status; ///< `no_status` when the frame was empty
    std::string reason = {};
};

/// The addresses of a connection that has ended, and the response of a server that refused the
/// handshake. See the functions of `report`.
struct report_facts {
    address local;
    address remote;
    std::string target;
    std::optional<http_response_head> response;
    std::string response_body;
};

/// The argument of `close` and `fail` handlers: how the connection ended. What its functions return
/// is valid as long as the report.
struct report {
    weft::phase phase = phase::websocket;
    side began = side::local;
    std::error_code error = {};          ///< empty after a complete closing handshake, or after
                                         ///< the normal end of a raw connection
    std::string detail = {};             ///< more about the error, such as a certificate's subject
                                         ///< and its depth in the chain; often empty
    int http_status = 0;                 ///< of the HTTP response, sent or received; 0 for none
    std::optional<close_frame> sent = {};     ///< our close frame
    std::optional<close_frame> received = {}; ///< the peer's close frame

    /// The exception of a handler that ended the connection (`errc::handler_threw`), otherwise
    /// null.
    std::exception_ptr exception = {};

    weft::traffic traffic = {}; ///< what was received and sent; zero for a raw connection
    duration lived{};           ///< the time since `open`; zero if the connection never opened

    /// The data of the functions below, shared by copies of the report. Null if none is known, such
    /// as when memory has run out.
    std::shared_ptr<const report_facts> facts = nullptr;

    /// Returns the local address; `remote_address` returns the peer's.
    ///
    /// On a server, the peer's address is the one that a trusted proxy reported, if any. On a
    /// client, it is the address of its proxy, if any, or the address that the client tried last.
    /// An unknown address has the kind `none`.
    [[nodiscard]] const address& local_address() const noexcept;
    [[nodiscard]] const address& remote_address() const noexcept;

    /// Returns what a client failed to connect to, as text: "example.org:8080", "proxy
    /// proxy.example:3128", "unix:/run/app.sock". Empty on a server, and after `open`.
    [[nodiscard]] std::string_view target() const noexcept;

    /// Returns the server's response to a client handshake that failed; null if there was none. Its
    /// headers may include Retry-After, WWW-Authenticate or Location.
    [[nodiscard]] const http_response_head* response() const noexcept;

    /// Returns the beginning of that response's body, at most 4 KiB. Empty for a redirect. If the
    /// body's length is unknown, returns only the bytes that arrived together with the head.
    [[nodiscard]] std::string_view response_body() const noexcept;

    /// Returns true if there was no error and both sides have sent a close frame; for a raw
    /// connection, if there was no error.
    [[nodiscard]] bool clean() const noexcept {
        return !error && (phase == phase::transfer || (sent && received));
    }

    /// Returns the close code of the side that ended the connection, or the only one there is;
    /// `abnormal` if there was no close frame.
    [[nodiscard]] close_code code() const noexcept;

    /// Returns the reason of the same close frame.
    [[nodiscard]] std::string_view reason() const noexcept;
};

[[nodiscard]] std::string_view name(phase which) noexcept;
[[nodiscard]] std::string_view name(side which) noexcept;

/// Returns one line for logs, such as "closed by the peer: 1001 going away (restart); peer
/// 192.0.2.1:4711". Control characters in the reason become question marks, because the peer may
/// have chosen the reason.
[[nodiscard]] std::string to_string(const report& why);
std::ostream& operator<<(std::ostream& out, const report& why);

} // namespace weft
