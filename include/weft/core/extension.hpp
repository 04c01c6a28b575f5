// SPDX-License-Identifier: MIT
// Extensions as Sec-WebSocket-Extensions names them (RFC 6455 §9.1), and who negotiates one for
// sessions. Knows no extension.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <weft/core/message_codec.hpp>
#include <weft/core/result.hpp>

namespace weft {

/// A parameter of an extension, such as `server_max_window_bits=10`.
struct extension_parameter {
    std::string name;
    std::optional<std::string> value = {}; ///< a token, without the quotes it may have had

    friend bool operator==(const extension_parameter&, const extension_parameter&) = default;
};

/// One element of Sec-WebSocket-Extensions. Parameters are in their order, and may repeat a name:
/// what that means is for the extension to say.
struct extension {
    std::string name;
    std::vector<extension_parameter> parameters = {};

    friend bool operator==(const extension&, const extension&) = default;
};

/// Parses the value of Sec-WebSocket-Extensions; several headers are joined by commas before.
///
/// Empty elements are skipped (RFC 9110 §5.6.1). Anything but the grammar of RFC 6455 §9.1 is
/// `errc::bad_extension`; a quoted value must be a token once it is unquoted.
[[nodiscard]] result<std::vector<extension>> parse_extensions(std::string_view value);

/// Negotiates an extension whose codec stands between frames and messages.
///
/// Given to sessions with `session_options::extension`; one object serves any number of sessions
/// on one thread and outlives their handshakes. May throw std::bad_alloc and nothing else.
class extension_negotiator {
public:
    virtual ~extension_negotiator() = default;

    /// Client: returns what to send as Sec-WebSocket-Extensions, in the order of preference. Empty
    /// to offer nothing.
    [[nodiscard]] virtual std::string offer() = 0;

    /// Server: chooses from what a client offers, in the client's order of preference. Returns null
    /// to decline; otherwise `message_codec::agreed` is what the client is answered.
    [[nodiscard]] virtual message_codec_ptr choose(std::span<const extension> offers) = 0;

    /// Client: judges the server's answer. Any error, such as `errc::unexpected_extension` or
    /// `errc::bad_extension`, fails the connection (RFC 6455 §4.1).
    [[nodiscard]] virtual result<message_codec_ptr> confirm(const extension& answer) = 0;
};

} // namespace weft
